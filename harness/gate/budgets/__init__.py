"""Budgets: limits checked in beside the code, held against any run."""
