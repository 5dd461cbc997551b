"""
One number a round in, an estimate with its 95 % interval out: by resampling rounds, on logs where possible.

A round is the unit of analysis. Calls of one round share the machine's mood, so resampling calls would promise
far too much, and pooling them over rounds lets the slowest round decide every tail. So each round gives one number
(its throughput, its own p95), and an estimate says where the typical round lies.

The interval is Student's t times the bootstrap's standard error, around the Hodges-Lehmann centre, which one burst
in a few rounds does not move. The percentile bootstrap holds the truth 82 times in 100 at five rounds: it forgets
that the spread, too, is estimated from so few, and cannot leave the range of what was seen (Hesterberg, "What
Teachers Should Know About the Bootstrap", The American Statistician 69 (2015) 371). For a mean one would widen the
error by sqrt(R / (R - 1)) besides; the centre of a resample, whose rounds repeat, already varies that much more,
and with both the interval held the truth 97 times. `python -m overlap.harness.stats.coverage`
prints the comparison.

Each round draws latencies of its own, so an interval holds the typical round of the profile, and not only of the
latencies that one run met: `make proof` counts how often.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.resamples import resamples
from overlap.harness.stats.student import critical

# Two rounds would give an interval 12.7 standard errors wide on either side: true, and of no use.
FEWEST_ROUNDS = 3
# Beyond so many, neighbouring rounds are averaged first (batch means): pairs of rounds grow with their square, and
# neighbours share the machine's slow drift anyway.
MOST_ROUNDS = 20


def centre(values: Floats) -> Floats:
    """
    Answer the Hodges-Lehmann centre along the last axis: the median of the means of all pairs, selves included.

    Up to 29 % of the rounds may be wild; for well-behaved ones it is hardly worse than the mean.
    """
    i, j = _pairs(values.shape[-1])
    means = (values.take(i, axis=-1) + values.take(j, axis=-1)) / 2
    # `np.median` says the same, and takes twice as long for rows as short as these.
    means.sort(axis=-1)
    last = means.shape[-1] - 1
    middle = (means[..., last // 2] + means[..., (last + 1) // 2]) / 2
    # What is not a number is sorted to the end, and leaves no median.
    return np.asarray(np.where(np.isnan(means[..., last]), np.nan, middle))


@lru_cache
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Answer all pairs of *count* things, selves included: the first of each, and the second."""
    i, j = np.triu_indices(count)
    return i, j


def over_rounds(values: Sequence[float], count: int, unit: str, *, logs: bool | None = None) -> Estimate | None:
    """
    Estimate a quantity of which each round gave one number; None without a round.

    *count* is how many calls (or gaps) stand behind *values*. *logs* says whether they lie on a positive scale;
    unless told, they do where every one is above zero; where some are zero and none below, the mean is estimated.
    """
    numbers = np.asarray(values, dtype=np.float64)
    rounds = len(numbers)
    if not rounds:
        return None
    if (numbers == numbers[0]).all():
        # A counter that never moved is itself, not exp(log(itself)).
        same = float(numbers[0])
        known = same if rounds >= FEWEST_ROUNDS else None
        return Estimate(same, known, known, count, rounds, unit)
    if logs is None and numbers.min() == 0:
        return _mostly_nothing(numbers, count, unit)
    logs = bool((numbers > 0).all()) if logs is None else logs
    scaled = batched(np.log(numbers) if logs else numbers)
    back: Callable[[float], float] = exp if logs else float
    middle = float(centre(scaled))
    if rounds < FEWEST_ROUNDS:
        return Estimate(back(middle), None, None, count, rounds, unit)
    reach = critical(len(scaled) - 1) * standard_error(scaled)
    return Estimate(back(middle), back(middle - reach), back(middle + reach), count, rounds, unit)


def _mostly_nothing(numbers: Floats, count: int, unit: str) -> Estimate:
    """
    Estimate a figure that is never below zero and was zero in some round: by its mean, and Student's t.

    The centre of 0, 0, 0, 0 and 16 is 0, as if nothing had happened.
    """
    rounds, mean = len(numbers), float(numbers.mean())
    if rounds < FEWEST_ROUNDS:
        return Estimate(mean, None, None, count, rounds, unit)
    reach = critical(rounds - 1) * float(numbers.std(ddof=1)) / sqrt(rounds)
    return Estimate(mean, max(0.0, mean - reach), mean + reach, count, rounds, unit)


def batched(numbers: Floats) -> Floats:
    """Answer *numbers* themselves, or the means of MOST_ROUNDS batches of neighbours where there are more."""
    if len(numbers) <= MOST_ROUNDS:
        return numbers
    return np.array([batch.mean() for batch in np.array_split(numbers, MOST_ROUNDS)])


def standard_error(numbers: Floats) -> float:
    """Answer how far the centre of *numbers* would scatter, by resampling them; 0 for one alone."""
    drawn = resamples(len(numbers))
    replicates = centre(numbers[drawn.picks])
    return sqrt(float(drawn.chance @ (replicates - drawn.chance @ replicates) ** 2))
