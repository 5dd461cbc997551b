"""The clock: due times, the pacer that keeps them, and its timer."""
