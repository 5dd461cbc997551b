"""Quantiles of one round's calls, and when there are too few calls for one."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A quantile with fewer values beyond it is a tale of single calls.
BEYOND = 10
# Below this many values in all, even the median is one of them.
FEWEST = 5
# For 1 - q, which is not quite 0.05 in binary.
ROUNDING = 1e-9


def enough(count: int, q: float) -> bool:
    """
    Say whether *count* distinct values carry the quantile *q*: ten beyond it; for the median, five in all.

    Distinct: a latency that is replayed in every round is one draw, however often it was measured.

    >>> enough(199, 0.95), enough(200, 0.95), enough(5, 0.5)
    (False, True, True)
    """
    return count >= FEWEST if q == 0.5 else count * min(q, 1 - q) >= BEYOND - ROUNDING


def reaches(count: int, q: float) -> bool:
    """
    Say whether the *count* values of one round reach as far out as *q*: 13 for p95, 67 for p99.

    With fewer, the quantile would be the round's largest value, and too small on average.

    >>> reaches(12, 0.95), reaches(13, 0.95), reaches(1, 0.5)
    (False, True, True)
    """
    place = (count + 1 / 3) * q + 1 / 3
    return count > 0 and 1 - ROUNDING <= place <= count + ROUNDING


def of_round(values: Floats, qs: Sequence[float]) -> Floats:
    """
    Quantiles *qs* of one round's values, median-unbiased whatever their distribution.

    Many rounds are answered at once, one along the last axis each.

    Type 8 of Hyndman and Fan, The American Statistician 50 (1996) 361. The common type 7 puts the p95 of 40
    calls near their p93, so a percentile would depend on how many calls a round has.
    """
    return np.quantile(values, qs, axis=-1, method="median_unbiased")


def with_failed(values: Floats, failed: Floats, q: float) -> tuple[float, bool]:
    """
    Return the quantile *q* of one round in which some calls failed, and whether it is only a lower bound.

    A failed call is slower than any with a value; *failed* has below what each cannot be. Where the quantile lies
    among the values it is known as exactly as without them.

    >>> with_failed(np.array([1.0, 2.0, 3.0]), np.array([30.0, 30.0]), 0.5)
    (3.0, False)
    >>> with_failed(np.array([1.0, 2.0, 3.0]), np.array([30.0, 0.5]), 0.9)
    (30.0, True)
    """
    order = np.sort(values)
    beyond = np.sort(np.maximum(failed, order[-1])) if len(order) else np.sort(failed)
    both = np.concatenate((order, beyond))
    place = (len(both) + 1 / 3) * q + 1 / 3
    return float(of_round(both, [q])[0]), ceil(place - ROUNDING) > len(order)
