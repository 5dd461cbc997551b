"""Processes and temporary folders that have an owner, and do not outlive it."""
