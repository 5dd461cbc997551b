"""The same number of tokens in every answer; a bare number means this one."""

import random


def length(rng: random.Random, count: int = 50) -> int:
    """Return the number of tokens."""
    del rng
    return count
