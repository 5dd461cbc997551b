"""Ratios with as many digits as their interval has meaning for, so that files of equal runs stay alike."""

from math import floor, isfinite, log10
from typing import TypeGuard

MOST_DIGITS = 6


def known(value: float | None) -> TypeGuard[float]:
    """Say whether *value* is a number that a file can hold."""
    return value is not None and isfinite(value)


def rounded(value: float, low: float | None, high: float | None) -> float:
    """
    Round *value* to the first digit of half its interval; without one, to six digits behind the point.

    >>> rounded(1.06123, 1.039, 1.084), rounded(1.06123, 1.0605, 1.0621), rounded(2.0, None, None)
    (1.06, 1.0612, 2.0)
    """
    if not known(low) or not known(high) or high <= low:
        return round(value, MOST_DIGITS)
    return round(value, min(max(-floor(log10((high - low) / 2)), 0), MOST_DIGITS))
