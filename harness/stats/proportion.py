"""
The share of calls for which something holds, with an interval that lies between 0 and 1 and always has a width.

Fifteen good calls of fifteen do not show that all calls are good: one in five may fail (Clopper and Pearson,
Biometrika 26 (1934) 404). Calls of one round share its bad moments, so where rounds differ by more than chance
allows, there are fewer calls than were made: their number is divided by the design effect, and fewer rounds than
calls stand behind its estimate (Korn and Graubard, Survey Methodology 24 (1998) 193).
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p

from overlap.harness.stats.student import critical

LEVEL = 0.95
# Beyond so many degrees of freedom Student's t is the normal to three digits.
MANY = 2000


def share(hits: Sequence[float], calls: Sequence[int]) -> tuple[float, float, float]:
    """
    Return the share of all *calls* that are *hits*, both given by round, and its 95 % interval.

    >>> [round(end, 3) for end in share([5, 5, 5], [5, 5, 5])]
    [1.0, 0.782, 1.0]
    """
    every = sum(calls)
    part = sum(hits) / every
    behind = effective(hits, calls)
    return part, *interval(part * behind, behind)


def effective(hits: Sequence[float], calls: Sequence[int]) -> float:
    """Return how many independent calls the *calls* of all rounds are worth: fewer where rounds differ by much."""
    every, rounds = sum(calls), len(calls)
    part = sum(hits) / every
    alone = part * (1 - part) / every
    if rounds < 2 or not alone:
        return every
    scatter = sum((hit - part * call) ** 2 for hit, call in zip(hits, calls, strict=True))
    between = rounds / (rounds - 1) * scatter / every**2
    if between <= alone:
        return every
    # That rounds differ is itself known from few rounds.
    few = (critical(min(every - 1, MANY)) / critical(rounds - 1)) ** 2
    return max(1.0, every * alone / between * few)


def interval(hits: float, calls: float) -> tuple[float, float]:
    """Return Clopper and Pearson's interval for *hits* of *calls*, which need not be whole numbers."""
    beyond = (1 - LEVEL) / 2
    low = 0.0 if hits <= 0 else _quantile(beyond, hits, calls - hits + 1)
    high = 1.0 if hits >= calls else _quantile(1 - beyond, hits + 1, calls - hits)
    return low, high


@lru_cache(maxsize=4096)
def _quantile(chance: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution, by halving an interval."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beta(middle, a, b) < chance else (low, middle)
    return (low + high) / 2


def beta(x: float, a: float, b: float) -> float:
    """
    Return the chance that what has the beta distribution of *a* and *b* is below *x*.

    By a continued fraction, on the side where it is short (Press et al., Numerical Recipes, 6.4).
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1), tiny)
    total = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _apart(1 + step * d, tiny)
            c = _apart(1 + step / c, tiny)
            total *= d * c
        if abs(d * c - 1) < 1e-12:
            break
    return total


def _apart(value: float, tiny: float) -> float:
    """Return *value*, kept apart from 0, by which the next step divides."""
    return value if abs(value) > tiny else tiny
