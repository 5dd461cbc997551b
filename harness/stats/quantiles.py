"""Quantiles of calls that lie in rounds: of all rounds together, and of rounds drawn anew with weights."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A quantile with fewer values beyond it is a tale of single calls.
BEYOND = 10
# Below this many values even the median is one of them.
FEWEST = 5


def enough(count: int, q: float) -> bool:
    """
    Say whether *count* values carry the quantile *q*: ten beyond it; for the median, five in all.

    >>> enough(199, 0.95), enough(200, 0.95), enough(5, 0.5)
    (False, True, True)
    """
    # A ten-thousandth is for the rounding of 1 - q, not for a missing call.
    return count >= FEWEST if q == 0.5 else count * min(q, 1 - q) >= BEYOND - 1e-4


def pooled(rounds: Sequence[Floats], qs: Sequence[float]) -> Floats:
    """Quantiles *qs* of all rounds' values together, interpolated between neighbours (type 7, as numpy's)."""
    return np.quantile(np.concatenate(rounds), qs)


def weighted(rounds: Sequence[Floats], weights: NDArray[np.int64], qs: Sequence[float]) -> Floats:
    """
    Quantiles of the pooled values when round r is taken `weights[b, r]` times; shape (len(weights), len(qs)).

    *rounds* are sorted, none is empty, every row of *weights* takes at least one round. No sample is ever laid
    out: the wanted order statistics are found by halving, all rows at once, by counting what lies below.
    """
    sizes = np.array([len(values) for values in rounds], dtype=np.int64)
    place = (weights @ sizes - 1)[:, None] * np.asarray(qs, dtype=np.float64)[None, :]
    lower = np.floor(place).astype(np.int64)
    upper = np.ceil(place).astype(np.int64)
    found = _order_statistics(rounds, weights, np.hstack([lower, upper]))
    low, high = np.hsplit(found, 2)
    return np.asarray(low + (place - lower) * (high - low))


def _order_statistics(rounds: Sequence[Floats], weights: NDArray[np.int64], ranks: NDArray[np.int64]) -> Floats:
    """Give the value of 0-based rank `ranks[b, k]` in resample b, for all b and k."""
    every = np.sort(np.concatenate(rounds))
    low = np.zeros(ranks.shape, dtype=np.int64)
    high = np.full(ranks.shape, len(every) - 1, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        at = every[middle]
        below = np.zeros(ranks.shape, dtype=np.int64)
        for r, values in enumerate(rounds):
            below += weights[:, r, None] * np.searchsorted(values, at, side="right")
        reached = below > ranks
        high = np.where(reached, middle, high)
        low = np.where(reached, low, middle + 1)
    return np.asarray(every[low])
