"""The endpoints that answer: one module each."""
