"""Of equal strategies at most one report in twenty names one as slower, and a slower one is named."""

from collections.abc import Iterator
from math import log

import numpy as np

from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.ranking import rank, together, verdict

TRIALS = 1_000
# How often a row that takes 10 % longer is named, at least: what rounds and noise allow. The first promise comes
# first: of three rounds of 4 % nothing better can be had.
POWER = {(3, 0.02): 0.7, (5, 0.02): 0.97, (8, 0.02): 0.99, (3, 0.04): 0.25, (5, 0.04): 0.65, (8, 0.04): 0.9}


def rows() -> Iterator[ProofRow]:
    """Yield error rate and power for each number of rows and rounds, at two levels of noise; then of ratios."""
    rng = np.random.default_rng(7)
    for count in (2, 6, 12):
        for rounds in (3, 5, 8):
            for noise in (0.02, 0.04):
                yield from _panel(rng, count, rounds, noise)
    yield _unequal(rng)
    yield _ratios(rng)


def _panel(rng: np.random.Generator, count: int, rounds: int, noise: float) -> Iterator[ProofRow]:
    planted = f"{count} rows, {rounds} rounds, noise {noise:.0%}"
    equal = [_draw(rng, (count, rounds), noise) for _ in range(TRIALS)]
    named = sum(bool(_worse(table)) for table in equal)
    yield share_within("one of equal rows is named as slower", planted, named, TRIALS, (0, 0.05))
    hits = 0
    for table in equal[: TRIALS // 2]:
        table[0] += log(1.1)
        hits += 0 in _worse(table)
    bounds = (POWER[rounds, noise], 1.0)
    yield share_within("a row that takes 10 % longer is named", planted, hits, TRIALS // 2, bounds)


def _draw(rng: np.random.Generator, shape: tuple[int, int], noise: float) -> Floats:
    """Draw logs of equal rows; each round has a mood that all of them share."""
    return np.asarray(rng.normal(0, noise, shape) + rng.normal(0, 0.1, (1, shape[1])))


def _worse(table: Floats) -> set[int]:
    ranking = rank({place: dict(enumerate(row)) for place, row in enumerate(np.exp(table).tolist())})
    assert ranking is not None
    return set(ranking.worse)


def _unequal(rng: np.random.Generator) -> ProofRow:
    """Return the error rate where half of the rows are five times as noisy: pooling cannot remove that."""
    scale = np.repeat([[0.1], [0.02]], 3, axis=0)
    named = sum(bool(_worse(_draw(rng, (6, 5), 1) * scale)) for _ in range(TRIALS))
    planted = "6 rows, 5 rounds, noise 10 % in three of them and 2 % in the others"
    return share_within("one of equal rows is named as slower", planted, named, TRIALS, (0, 0.05))


def _ratios(rng: np.random.Generator) -> ProofRow:
    """Return how often any of twelve ratios of 1 is called a difference."""
    named = 0
    for _ in range(TRIALS):
        drawn = np.exp(rng.normal(0, 0.04, (12, 5))).tolist()
        named += any(verdict(each) in {"higher", "lower"} for each in together(dict(enumerate(drawn))).values())
    planted = "12 pairs of loops, 5 rounds, noise 4 %"
    return share_within("any loop is said to differ", planted, named, TRIALS, (0, 0.05))
