"""One call after another at equal gaps."""

from collections.abc import Iterator
from itertools import count

from overlap.harness.arrivals import _checks


def due_times(_seed: int, *, rate: float) -> Iterator[int]:
    """
    Yield the due times of *rate* calls per second, in ns after the start, without end.

    Each is a multiple of the gap, so that rounding does not add up.

    >>> from itertools import islice
    >>> list(islice(due_times(0, rate=4), 3))
    [0, 250000000, 500000000]
    """
    _checks.rate(rate)
    return (round(number / rate * 1e9) for number in count())
