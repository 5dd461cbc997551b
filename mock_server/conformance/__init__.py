"""Checks that drive a running server with real clients and raw bytes, and tell every deviation."""
