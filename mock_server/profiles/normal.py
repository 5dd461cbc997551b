"""Waits and gaps spread evenly about their mean, never below zero."""

import random
from itertools import accumulate


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random, tokens: int, ttft: float = 0.3, sd: float = 0.05, itl: float = 0.02, itl_sd: float = 0.004
) -> list[float]:
    """Return the due time of each token, in seconds from the request's arrival; *sd* are standard deviations."""
    first = max(rng.gauss(ttft, sd), 0.0)
    gaps = (max(rng.gauss(itl, itl_sd), 0.0) for _ in range(tokens - 1))
    return list(accumulate(gaps, initial=first))
