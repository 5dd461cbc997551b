"""The mathematics of a verdict: e-processes, exact tests, intervals, detectable effects, and their simulation."""
