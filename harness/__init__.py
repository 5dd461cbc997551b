"""Measures an application from its caller's seat."""
