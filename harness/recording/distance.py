"""How far two samples lie apart: the largest gap between their distribution functions, and the mean shift."""

import numpy as np
from numpy.typing import ArrayLike


def kolmogorov_smirnov(one: ArrayLike, other: ArrayLike, resolution: float = 0.0) -> float:
    """
    Return the two-sample Kolmogorov-Smirnov distance, 0 (alike) to 1 (apart).

    With a *resolution*, what lies within so much of each other counts as the same: the larger of F(x) - G(x + r)
    and G(x) - F(x + r), which is Lévy's distance with its shift held at r. Raises `ValueError` for no values.

    >>> kolmogorov_smirnov([1, 2], [1.1, 2.1]), kolmogorov_smirnov([1, 2], [1.1, 2.1], resolution=0.2)
    (0.5, 0.0)
    """
    first, second = _sorted(one), _sorted(other)
    return max(0.0, _above(first, second, resolution), _above(second, first, resolution))


def wasserstein(one: ArrayLike, other: ArrayLike) -> float:
    """
    Return the first Wasserstein distance, in the samples' unit: how far values have to move, on average.

    It is the area between the two distribution functions. Raises `ValueError` for an empty sample.

    >>> wasserstein([1, 2, 3], [2, 3, 4])
    1.0
    """
    first, second = _sorted(one), _sorted(other)
    every = np.sort(np.concatenate((first, second)))
    between = np.diff(every)
    gap = np.abs(_function(first, every[:-1]) - _function(second, every[:-1]))
    return float(np.sum(gap * between))


def _sorted(sample: ArrayLike) -> np.ndarray:
    ordered = np.sort(np.asarray(sample, dtype=float))
    if not ordered.size:
        raise ValueError("a sample without values has no distance to another")
    return ordered


def _function(ordered: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the share of *ordered* that is not above each of *at*."""
    return np.searchsorted(ordered, at, side="right") / ordered.size


def _above(first: np.ndarray, second: np.ndarray, resolution: float) -> float:
    """Return the most by which F(x) exceeds G(x + r); it is reached at a value of F."""
    return float(np.max(_function(first, first) - _function(second, first + resolution)))
