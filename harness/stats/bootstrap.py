"""
95 % intervals by resampling rounds: Student's t times the bootstrap's standard error, on logs where possible.

The rounds are the sample, so the calls inside them are never drawn. With the usual four to eight rounds the
percentile bootstrap holds the truth 80 times in 100 rather than 95: it forgets that the spread is estimated from
so few, and it cannot leave the range of what was seen. So only the standard error is taken from the resamples,
widened by sqrt(R / (R - 1)) since a resample of R rounds varies that much less than R new rounds do, and
multiplied by Student's t for R - 1 degrees of freedom (Hesterberg, "What Teachers Should Know About the
Bootstrap", 2015, section 5). For a mean that is exactly Student's interval. `python -m harness.stats.coverage`
prints how often each kind of interval held the truth in simulation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import exp, factorial, prod, sqrt

import numpy as np
from numpy.typing import NDArray

from harness.stats.estimate import Estimate
from harness.stats.quantiles import Floats, enough, pooled, weighted
from harness.stats.student import critical

# Two rounds would give an interval 12.7 standard errors wide on either side: true, and of no use.
FEWEST_ROUNDS = 3
# Up to here every distinct resample is laid out with its chance (462 of six rounds), so nothing is drawn.
ENUMERATED = 6
DRAWN = 1000
SEED = 20150821


@dataclass(frozen=True, slots=True)
class Resamples:
    """Rounds drawn with replacement: `picks` (B, R) names them, `weights` counts them, `chance` (B) sums to 1."""

    picks: NDArray[np.int64]
    weights: NDArray[np.int64]
    chance: Floats


@lru_cache
def resamples(rounds: int) -> Resamples:
    """Lay out the resamples of *rounds* rounds: all of them where they are few, else drawn from a fixed seed."""
    if rounds > ENUMERATED:
        picks = np.random.default_rng(SEED).integers(0, rounds, (DRAWN, rounds))
        chance = np.full(DRAWN, 1 / DRAWN)
    else:
        picks = np.array(list(combinations_with_replacement(range(rounds), rounds)), dtype=np.int64)
        chance = np.ones(len(picks))
    weights = np.stack([np.bincount(row, minlength=rounds) for row in picks]).astype(np.int64)
    if rounds <= ENUMERATED:
        ways = [factorial(rounds) / prod(factorial(n) for n in row) for row in weights.tolist()]
        chance = np.array(ways) / rounds**rounds
    return Resamples(picks, weights, chance)


def centre(values: Floats) -> Floats:
    """
    Answer the Hodges-Lehmann centre along the last axis: the median of the means of all pairs, selves included.

    One round in four may be as wild as it likes; for well-behaved rounds it is hardly worse than the mean.
    """
    i, j = np.triu_indices(values.shape[-1])
    return np.asarray(np.median((values[..., i] + values[..., j]) / 2, axis=-1))


def over_rounds(values: Sequence[float], count: int, unit: str, *, logs: bool | None = None) -> Estimate | None:
    """
    Estimate a quantity of which each round gave one number; None without a round.

    *logs* says whether it is a positive scale; unless told, it is one where every number is above zero.
    """
    if not len(values):
        return None
    numbers = np.asarray(values, dtype=np.float64)
    if (numbers == numbers[0]).all():
        # A counter that never moved is itself, not exp(log(itself)).
        known = len(numbers) >= FEWEST_ROUNDS
        same = float(numbers[0])
        return Estimate(same, same if known else None, same if known else None, count, len(numbers), unit)
    logs = bool((numbers > 0).all()) if logs is None else logs
    scaled = np.log(numbers) if logs else numbers
    value, ends = float(centre(scaled)), None
    if len(numbers) >= FEWEST_ROUNDS:
        drawn = resamples(len(numbers))
        ends = _interval(value, centre(scaled[drawn.picks]), drawn)
    return _estimate(value, ends, count, len(numbers), unit, logs=logs)


def over_quantiles(rounds: Sequence[Floats], qs: Sequence[float], unit: str) -> dict[float, Estimate]:
    """Estimate quantiles of all calls of all rounds together; those with too few calls are left out."""
    filled = [np.sort(values) for values in rounds if len(values)]
    count = sum(len(values) for values in filled)
    wanted = [q for q in qs if enough(count, q)]
    if not wanted:
        return {}
    logs = bool(min(values[0] for values in filled) > 0)
    values = pooled(filled, wanted)
    replicates = None
    drawn = resamples(len(filled)) if len(filled) >= FEWEST_ROUNDS else None
    if drawn:
        replicates = weighted(filled, drawn.weights, wanted)
    made: dict[float, Estimate] = {}
    for k, q in enumerate(wanted):
        value = float(np.log(values[k]) if logs else values[k])
        ends = None
        if drawn is not None and replicates is not None:
            column = replicates[:, k]
            ends = _interval(value, np.log(column) if logs else column, drawn)
        made[q] = _estimate(value, ends, count, len(filled), unit, logs=logs)
    return made


def _interval(value: float, replicates: Floats, drawn: Resamples) -> tuple[float, float]:
    rounds = drawn.weights.shape[1]
    middle = float(drawn.chance @ replicates)
    error = sqrt(float(drawn.chance @ (replicates - middle) ** 2) * rounds / (rounds - 1))
    reach = critical(rounds - 1) * error
    return value - reach, value + reach


def _estimate(
    value: float, ends: tuple[float, float] | None, count: int, rounds: int, unit: str, *, logs: bool
) -> Estimate:
    low, high = ends or (None, None)
    if logs:
        value, low, high = exp(value), low if low is None else exp(low), high if high is None else exp(high)
    return Estimate(value, low, high, count, rounds, unit)
