"""Calls that know nothing of each other, as those of many independent users: exponential gaps."""

import random
from collections.abc import Iterator

from overlap.harness.arrivals import _checks


def due_times(seed: int, *, rate: float) -> Iterator[int]:
    """
    Yield the due times of *rate* calls per second on average, in ns after the start, without end.

    The same *seed* gives the same pattern at every rate, stretched or squeezed.
    """
    _checks.rate(rate)
    return _drawn(random.Random(seed), rate)


def _drawn(rng: random.Random, rate: float) -> Iterator[int]:
    at = 0.0
    while True:
        yield round(at / rate * 1e9)
        at += rng.expovariate(1.0)
