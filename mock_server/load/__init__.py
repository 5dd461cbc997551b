"""The model of a busy server."""
