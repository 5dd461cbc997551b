"""Mostly short answers and some very long ones, as real traffic has them."""

import random


def length(rng: random.Random, median: float = 130.0, sigma: float = 0.8) -> int:
    """Return the number of tokens."""
    return round(median * rng.lognormvariate(0.0, sigma))
