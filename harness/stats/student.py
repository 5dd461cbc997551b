"""Student's t for whole degrees of freedom, so that an interval needs no scipy."""

from functools import lru_cache
from math import atan, cos, pi, sin, sqrt


def within(t: float, freedom: int) -> float:
    """
    Return the chance that |T| <= *t* for *freedom* >= 1 degrees of freedom.

    The finite series of Abramowitz and Stegun, Handbook of Mathematical Functions (1972), 26.7.3 and 26.7.4.
    """
    angle = atan(t / sqrt(freedom))
    square, odd = cos(angle) ** 2, freedom % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(2 if odd else 1, freedom, 2):
        total += term
        term *= square * k / (k + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


@lru_cache
def critical(freedom: int, level: float = 0.95) -> float:
    """
    Return the t that |T| stays below with chance *level*, by halving an interval; 12.7 for one degree of freedom.

    Raises ValueError for less than one degree of freedom.

    >>> round(critical(4), 3)
    2.776
    """
    if freedom < 1:
        raise ValueError(f"{freedom} degrees of freedom")
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < level else (low, middle)
    return high
