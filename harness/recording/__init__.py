"""A real endpoint's timing on file: measured once, played by the mock for ever, and how close that comes."""
