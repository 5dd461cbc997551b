"""Computes how many more rounds a timed series needs, if they are like those so far."""

from collections.abc import Iterator
from math import ceil, log

import numpy as np

from overlap.harness.gate.evidence.eprocess import STAKES, WEIGHTS, scales
from overlap.harness.stats.quantiles import Floats


def more_rounds(signed: Floats, logs: Floats, noise: float, enough: float) -> int | None:
    """
    Return how many further rounds bring the evidence to exp(*enough*); None if these rounds do not add to it.

    *signed* are the distances of the log ratios *logs* from the edge of the null, positive where they speak
    against it; *noise* is the one assumed before the first round. Each stake's evidence is taken to grow by its
    mean over the rounds so far; the stake that is there first counts.
    """
    psi = np.clip(signed / scales(logs, noise), -1.0, 1.0)
    needed = [ceil(total) for total in _needed(psi, enough)]
    return max(1, min(needed) - len(psi)) if needed else None


def _needed(psi: Floats, enough: float) -> Iterator[float]:
    for stake, weight in zip(STAKES, WEIGHTS, strict=True):
        growth = float(np.log1p(stake * psi).mean())
        if growth > 0:
            yield (enough - log(weight)) / growth


def first_possible(enough: float) -> int:
    """
    Return the first round after which the evidence can reach exp(*enough*), however large the difference.

    >>> first_possible(log(1 / 0.05)), first_possible(log(30 / 0.05))
    (6, 12)
    """
    rounds = 1
    while (
        np.logaddexp.reduce([rounds * log(1 + s) + log(w) for s, w in zip(STAKES, WEIGHTS, strict=True)]) < enough
    ):
        rounds += 1
    return rounds
