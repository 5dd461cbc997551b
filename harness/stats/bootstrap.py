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
and with both the interval held the truth 97 times. At three rounds alone the resamples vary too little: there the
interval is widened (`WIDER`). `python -m overlap.harness.stats.coverage` prints the comparison.

Each round draws latencies of its own, so an interval holds the typical round of the profile, and not only of the
latencies that one run met: `make proof` counts how often.
"""

from collections.abc import Callable, Sequence
from math import exp, sqrt

import numpy as np

from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.resamples import resamples
from overlap.harness.stats.robust import batched, centre
from overlap.harness.stats.student import critical

# Two rounds would give an interval 12.7 standard errors wide on either side: true, and of no use.
FEWEST_ROUNDS = 3
# The centre of three rounds varies less over their resamples than from one three to the next: Student's t alone
# holds the truth of normal rounds 93.9 times in 100. With this factor it is 95 times (a test integrates it). From
# four rounds on it is 94.6 to 96 times without any (simulated).
WIDER = {3: 1.1134}


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
        end = same if rounds >= FEWEST_ROUNDS else None
        return Estimate(same, end, end, count, rounds, unit)
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


def standard_error(numbers: Floats) -> float:
    """
    Return how far the centre of *numbers* would scatter, by resampling them; 0 for one alone.

    An interval of Student's t times this holds the truth of normal numbers about 95 times in 100.
    """
    resampled = resamples(len(numbers))
    replicates = centre(numbers[resampled.picks])
    scatter = sqrt(float(resampled.chance @ (replicates - resampled.chance @ replicates) ** 2))
    return WIDER.get(len(numbers), 1.0) * scatter
