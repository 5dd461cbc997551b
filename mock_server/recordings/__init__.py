"""Files of recorded latencies."""
