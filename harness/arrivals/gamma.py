"""Calls in bursts: gamma-distributed gaps, burstier than independent calls where cv is above 1."""

import random
from collections.abc import Iterator

from overlap.harness.arrivals import _checks


def due_times(seed: int, *, rate: float, cv: float = 2.0) -> Iterator[int]:
    """
    Yield the due times of *rate* calls per second on average, in ns after the start, without end.

    *cv* is the gaps' coefficient of variation: 1 is Poisson, less is more regular. The gamma's shape is 1/cv²
    and its mean the gap.
    """
    _checks.rate(rate)
    _checks.between("cv", cv, 0.01, 100)
    return _drawn(random.Random(seed), rate, cv)


def _drawn(rng: random.Random, rate: float, cv: float) -> Iterator[int]:
    at = 0.0
    while True:
        yield round(at / rate * 1e9)
        at += rng.gammavariate(1 / cv**2, cv**2)
