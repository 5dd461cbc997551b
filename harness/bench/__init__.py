"""A run: rounds of slots in worker processes, calibration, targets, and the SLO search."""
