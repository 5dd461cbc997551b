"""Long-tailed waits for the first token, long-tailed gaps, each about its median: the shape of a real service."""

import random
from itertools import accumulate


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random,
    tokens: int,
    ttft: float = 0.3,
    sigma: float = 0.4,
    itl: float = 0.02,
    itl_sigma: float = 0.3,
) -> list[float]:
    """Return the due time of each token, in seconds from the request's arrival; *ttft* and *itl* are medians."""
    draw = rng.lognormvariate
    first = ttft * draw(0.0, sigma)
    gaps = (itl * draw(0.0, itl_sigma) for _ in range(tokens - 1))
    return list(accumulate(gaps, initial=first))
