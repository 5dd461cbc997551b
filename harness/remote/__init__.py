"""Runs against a real endpoint: preflight, budget, waits that the endpoint asks for, and its secret key."""
