"""Any number of tokens from low to high, each as likely."""

import random


def length(rng: random.Random, low: int = 10, high: int = 200) -> int:
    """Return the number of tokens."""
    return rng.randint(low, max(low, high))
