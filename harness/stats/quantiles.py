"""Quantiles of one round's calls, and when there are too few calls for one."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from overlap.harness.model.quantile import ROUNDING, place

Floats = NDArray[np.float64]

# A quantile with fewer values beyond it is a tale of single calls.
BEYOND = 10
# Below this many values in all, even the median is one of them.
FEWEST = 5


def enough(count: int, q: float) -> bool:
    """
    Say whether *count* distinct values carry the quantile *q*: ten beyond it; for the median, five in all.

    Distinct: a latency that is replayed in every round is one draw, however often it was measured.

    >>> enough(199, 0.95), enough(200, 0.95), enough(5, 0.5)
    (False, True, True)
    """
    return count >= FEWEST if q == 0.5 else count * min(q, 1 - q) >= BEYOND - ROUNDING


def of_round(values: Floats, qs: Sequence[float]) -> Floats:
    """Return quantiles *qs* of one round's values, or of many along the last axis: those of `model.quantile`."""
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
    return float(of_round(both, [q])[0]), ceil(place(len(both), q) - ROUNDING) > len(order)
