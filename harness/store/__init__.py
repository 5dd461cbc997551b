"""A run's files: written while it is measured, checked and read back."""
