"""How large a difference must be for a paired comparison of a few rounds to show it, four times in five."""

from functools import lru_cache
from math import erf, lgamma, log, sqrt

import numpy as np

from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.ranking import ALPHA, MATTERS
from overlap.harness.stats.student import critical

WANTED = 0.8
_STEPS = 4000


def power(difference: float, scatter: float, rounds: int, least: float = 0.0) -> float:
    """
    Return how often a comparison shows a true *difference* of two cells, both in logs.

    It does where the mean over *rounds* is above *least*, and Student's interval excludes 0. *scatter* is the
    standard deviation of one difference. Without *least* this is the noncentral t distribution. It is integrated
    over what the scatter may be estimated at.
    """
    spread, density = _chi(rounds - 1)
    error = scatter / sqrt(rounds)
    needed = np.maximum(least, critical(rounds - 1, 1 - ALPHA) * error * spread)
    return float(np.trapezoid(_normal((difference - needed) / error) * density, spread))


@lru_cache
def _chi(freedom: int) -> tuple[Floats, Floats]:
    """Return a grid of estimated / true standard deviation for *freedom* degrees of freedom, and its density."""
    at = np.linspace(1e-6, 1 + 8 / sqrt(freedom), _STEPS)
    half = freedom / 2
    logs = log(2) + half * log(half) - lgamma(half) + (freedom - 1) * np.log(at) - half * at**2
    return at, np.exp(logs)


_GRID = np.linspace(-9, 9, 3601)
_NORMAL = np.array([(1 + erf(at / sqrt(2))) / 2 for at in _GRID])


def _normal(at: Floats) -> Floats:
    """Return the normal distribution function, read from a table to five digits."""
    return np.asarray(np.interp(at, _GRID, _NORMAL))


@lru_cache(maxsize=1024)
def detectable(noise: float, rounds: int) -> float:
    """
    Return the smallest difference of two cells, as a share, that *rounds* rounds show four times in five.

    *noise* is the standard deviation of one cell's rounds, in logs. Nothing up to what matters (3 %) is ever
    named, so there is no smaller one.

    >>> round(detectable(0.04, 5), 3), round(detectable(0.001, 5), 3)
    (0.1, 0.031)
    """
    least, scatter = log(1 + MATTERS), max(noise * sqrt(2), 1e-9)
    low, high = least, least + 1.0
    while power(high, scatter, rounds, least) < WANTED:
        high += 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle, scatter, rounds, least) < WANTED else (low, middle)
    return float(np.expm1(high))
