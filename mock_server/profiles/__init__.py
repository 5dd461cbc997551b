"""Latency profiles: how long the first token takes, and the gaps after it. One file each."""
