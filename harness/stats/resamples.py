"""Rounds drawn anew with replacement: in every way there is where they are few, in 500 fixed ways else."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

# Up to here every distinct resample is laid out with its chance (462 for six rounds), and nothing is left to luck.
ENUMERATED = 6
# So many leave 3 % of doubt about an interval's width, at 2 ms for twenty rounds.
DRAWN = 500
# Fixed, so that a report made again from the same file says the same to the last digit.
SEED = 20150821


@dataclass(frozen=True, slots=True)
class Resamples:
    """B resamples of R rounds: `picks` (B, R) names the rounds by index, `chance` (B) adds up to 1."""

    picks: NDArray[np.int64]
    chance: NDArray[np.float64]


@lru_cache
def resamples(rounds: int) -> Resamples:
    """Lay out the resamples of *rounds* rounds; the same ones each time."""
    if rounds > ENUMERATED:
        return Resamples(_some(rounds), np.full(DRAWN, 1 / DRAWN))
    picks = list(combinations_with_replacement(range(rounds), rounds))
    ways = [factorial(rounds) / prod(map(factorial, Counter(row).values())) for row in picks]
    return Resamples(np.array(picks, dtype=np.int64), np.array(ways) / rounds**rounds)


def _some(rounds: int) -> NDArray[np.int64]:
    """
    Draw balanced resamples: each round is taken equally often over all of them.

    So the resamples of a mean have exactly that mean, and their spread is steadier than of free draws
    (Davison, Hinkley and Schechtman, Biometrika 73 (1986) 555).
    """
    every = np.tile(np.arange(rounds, dtype=np.int64), DRAWN)
    return np.random.default_rng(SEED).permutation(every).reshape(DRAWN, rounds)
