"""
When each call of an open loop is due, in ns after the start: due whether or not the last one came back.

Times are absolute and made of the seed alone, so that several processes can draw the same schedule and each take
its part of it: the parts make up the whole exactly, however many there are.
"""

import random
from collections.abc import Iterator
from itertools import islice

KINDS = ("constant", "poisson")


def due_times(kind: str, rate: float, seed: int) -> Iterator[int]:
    """
    Yield the due times of *rate* calls per second without end. Raises `LookupError` for an unknown *kind*.

    >>> list(islice(due_times("constant", 4, 0), 3))
    [0, 250000000, 500000000]
    """
    if kind not in KINDS:
        raise LookupError(f"no arrivals {kind!r}; there are: {', '.join(KINDS)}")
    return _constant(rate) if kind == "constant" else _poisson(rate, seed)


def part(times: Iterator[int], number: int, parts: int) -> Iterator[int]:
    """
    Yield every *parts*-th time, beginning with the one at *number*.

    >>> list(islice(part(due_times("constant", 4, 0), 1, 2), 2))
    [250000000, 750000000]
    """
    return islice(times, number, None, parts)


def _constant(rate: float) -> Iterator[int]:
    count = 0
    while True:
        yield round(count / rate * 1e9)
        count += 1


def _poisson(rate: float, seed: int) -> Iterator[int]:
    rng, at = random.Random(seed), 0.0
    while True:
        yield round(at * 1e9)
        at += rng.expovariate(rate)
