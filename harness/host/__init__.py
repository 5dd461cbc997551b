"""The machine and this process: cores, signals, descriptors, environment, secrets, child processes."""
