"""Command lines and files that nobody could mean, drawn from a seed, and what a command does with each."""
