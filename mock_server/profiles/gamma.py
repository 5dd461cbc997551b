"""Waits and gaps from gamma distributions: cv 1 is the exponential, more is burstier, less is more regular."""

import random
from itertools import accumulate

_REGULAR = 1e-6
"""A cv below this is as good as none; with far smaller ones the drawing of a gamma never comes to an end."""


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random, tokens: int, ttft: float = 0.3, cv: float = 0.5, itl: float = 0.02, itl_cv: float = 0.5
) -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival.

    *ttft* and *itl* are means, *cv* coefficients of variation: a gamma of shape 1/cv² and scale mean x cv².
    """
    first = _drawn(rng, ttft, cv)
    gaps = (_drawn(rng, itl, itl_cv) for _ in range(tokens - 1))
    return list(accumulate(gaps, initial=first))


def _drawn(rng: random.Random, mean: float, cv: float) -> float:
    if cv < _REGULAR or mean == 0:
        return mean
    return rng.gammavariate(1 / cv**2, mean * cv**2)
