"""
Where the typical log ratio of a round lies: the exact interval of Hodges and Lehmann's centre, by Walsh averages.

Hollander and Wolfe, Nonparametric Statistical Methods (1999), 3.2 and 3.3. The interval is for a number of rounds
that was fixed beforehand; where a run stopped because the evidence sufficed it holds the truth somewhat less often
(`python -m overlap.harness.gate.evidence.simulate` counts how often). No verdict rests on it.
"""

from functools import lru_cache

import numpy as np

from overlap.harness.stats.quantiles import Floats


def ends(averages: Floats, rounds: int, level: float = 0.95) -> tuple[Floats, Floats] | None:
    """Return the lower and upper end of the interval; None if so few *rounds* cannot give that *level*."""
    outside = _outside(rounds, level)
    return None if outside is None else (averages[..., outside], averages[..., ~outside])


@lru_cache
def _outside(rounds: int, level: float) -> int | None:
    """Return how many Walsh averages lie below the interval; None if even all of them are not enough."""
    chances = _signed_ranks(rounds) if rounds <= _EXACT else _normal(rounds)
    below = int(np.searchsorted(np.cumsum(chances), (1 - level) / 2, side="right"))
    # `below` values of the statistic together have at most half of what may be missed: T < below.
    return below - 1 if below else None


_EXACT = 200


def _signed_ranks(rounds: int) -> Floats:
    """Return the chance of each value 0, 1, 2 ... of Wilcoxon's signed rank statistic when there is no effect."""
    chances = np.ones(1)
    for rank in range(1, rounds + 1):
        grown = np.zeros(len(chances) + rank)
        grown[: len(chances)] += chances / 2
        grown[rank:] += chances / 2
        chances = grown
    return chances


def _normal(rounds: int) -> Floats:
    """Return the same in the normal approximation, for many rounds."""
    most = rounds * (rounds + 1) // 2
    spread = np.sqrt(most * (2 * rounds + 1) / 12)
    density = np.exp(-(((np.arange(most + 1) - most / 2) / spread) ** 2) / 2)
    return np.asarray(density / density.sum())
