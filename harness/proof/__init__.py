"""Proof that what Overlap prints is right: known truth goes in, and what comes out is held against it."""
