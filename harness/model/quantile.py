"""
The one quantile, of reports and of instruments.

It is type 8 of Hyndman and Fan, The American Statistician 50 (1996) 361. It is median-unbiased
whatever the distribution. The common type 7 puts the p95 of 40 calls near their p93, so a
percentile would depend on how many calls a round has. `stats.quantiles` has the same for whole arrays.
"""

from collections.abc import Sequence
from math import floor

# For 1 - q, which is not quite 0.05 in binary.
ROUNDING = 1e-9


def place(count: int, q: float) -> float:
    """
    Return the place of the quantile *q* among *count* values in order, counted from 1; it may lie between two.

    >>> round(place(40, 0.95), 2), place(3, 0.5)
    (38.65, 2.0)
    """
    return (count + 1 / 3) * q + 1 / 3


def reaches(count: int, q: float) -> bool:
    """
    Say whether *count* values reach as far out as *q*: 13 for p95, 67 for p99.

    With fewer, the quantile would be the largest value, and too small on average.

    >>> reaches(12, 0.95), reaches(13, 0.95), reaches(1, 0.5)
    (False, True, True)
    """
    return count > 0 and 1 - ROUNDING <= place(count, q) <= count + ROUNDING


def quantile(values: Sequence[float], q: float) -> float:
    """
    Return the quantile *q* of *values*, in any order; the nearest value where its place lies beyond all.

    >>> quantile([30, 10, 20, 40], 0.5), quantile([7], 0.99)
    (25.0, 7.0)
    """
    ordered = sorted(values)
    at = min(max(place(len(ordered), q), 1.0), float(len(ordered)))
    below = floor(at)
    lower, upper = ordered[below - 1], ordered[min(below, len(ordered) - 1)]
    return float(lower + (at - below) * (upper - lower))
