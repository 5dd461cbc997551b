"""A server near its limit: a heavy-tailed wait for the first token, then a steady flow."""

import random


def offsets(
    rng: random.Random, tokens: int, ttft: float = 0.15, sigma: float = 1.0, itl: float = 0.01
) -> list[float]:
    """Return the due time of each token, in seconds from the request's arrival; *ttft* is the median."""
    first = ttft * rng.lognormvariate(0.0, sigma)
    return [first + i * itl for i in range(tokens)]
