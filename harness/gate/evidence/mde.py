"""
The smallest slowdown that a number of rounds could have shown, given their noise: printed with every verdict.

Two things must happen for a true log ratio theta to be called slower, each with the wanted power: the e-value must
get to m / alpha, and the estimate must come out at min_effect or more. The estimate's share is facts of normal
theory (the Hodges-Lehmann estimate of R rounds has a standard error of s * sqrt(pi / 3) / sqrt(R), Hollander and
Wolfe 3.2). The e-value's: log E_R with the best of the stakes is a sum of R independent terms, whose mean and
variance for normal noise follow by integration, and which is close to normal; the mixture costs log(1 / weight).
Burst-like noise is not in it beyond what it adds to s.
`python -m overlap.harness.gate.evidence.simulate` holds it against simulation.
"""

from functools import lru_cache
from math import exp, log, log1p, pi, sqrt
from statistics import NormalDist

import numpy as np

from overlap.harness.gate.evidence.eprocess import STAKES, WEIGHTS
from overlap.harness.gate.record import GateRule
from overlap.harness.stats.quantiles import Floats

POWER = 0.8
# Distances of the effect from zero, in standard deviations of a round.
_EFFECTS = np.linspace(0.0, 6.0, 241)


def mde(noise: float, rounds: int, rule: GateRule, hypotheses: int) -> float | None:
    """
    Return the smallest slowdown, as a share, that is called one with a power of 80 % within *rounds*.

    *noise* is the standard deviation of a round's log ratio. None if so few rounds could show nothing at all.
    """
    sure = NormalDist().inv_cdf(POWER)
    distance = _seen(rounds, log(hypotheses / rule.alpha))
    if distance is None:
        return None
    estimated = log1p(rule.min_effect) + sure * noise * sqrt(pi / 3 / rounds)
    return exp(max(distance * noise, estimated)) - 1


@lru_cache(maxsize=4096)
def _seen(rounds: int, enough: float) -> float | None:
    """Return the smallest effect, in units of the noise, whose e-value gets to exp(*enough*) with the power."""
    means, spreads = _growth()
    reached = rounds * means - NormalDist().inv_cdf(POWER) * np.sqrt(rounds) * spreads
    best = (reached + np.log(WEIGHTS)[:, None]).max(axis=0)
    shown = np.flatnonzero(best >= enough)
    return float(_EFFECTS[shown[0]]) if shown.size else None


@lru_cache
def _growth() -> tuple[Floats, Floats]:
    """Return mean and standard deviation of log(1 + stake * psi) by stake (rows) and effect (columns)."""
    normal = NormalDist()
    draws = np.array([normal.inv_cdf((i + 0.5) / 2000) for i in range(2000)])
    psi = np.clip(_EFFECTS[:, None] + draws, -1.0, 1.0)
    terms = np.array([np.log1p(stake * psi) for stake in STAKES])
    return terms.mean(axis=-1), terms.std(axis=-1)
