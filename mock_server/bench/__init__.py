"""Measures the mock server itself: how many requests a second, and how late its tokens are."""
