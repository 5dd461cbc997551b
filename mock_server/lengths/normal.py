"""About a mean number of tokens, spread evenly to both sides."""

import random


def length(rng: random.Random, mean: float = 150.0, sd: float = 40.0) -> int:
    """Return the number of tokens; *sd* is the standard deviation."""
    return round(rng.gauss(mean, sd))
