"""A rate that rises or falls steadily, and stays where it arrives."""

from collections.abc import Iterator
from itertools import count
from math import sqrt

from overlap.harness.arrivals import _checks


def due_times(_seed: int, *, from_: float, to: float, over: float = 60.0) -> Iterator[int]:
    """
    Yield due times in ns after the start: the rate goes from *from_* to *to* calls per second in *over* seconds.

    Either may be 0; after a ramp down to 0 there are no more. The k-th call is due where the rate, added up
    over time, reaches k: at a t + (b - a) t² / 2T for t up to T.
    """
    if from_ != 0 or to == 0:
        _checks.rate(from_, "from")
    if to != 0:
        _checks.rate(to, "to")
    _checks.between("over", over, 0.001)
    return _rising(from_, to, over)


def _rising(first: float, last: float, over: float) -> Iterator[int]:
    slope = (last - first) / over
    during = (first + last) * over / 2
    for number in count():
        if number <= during:
            # Of the quadratic's two ways to write its root, the one that does not cancel out for a small slope.
            root = first + sqrt(max(0.0, first**2 + 2 * slope * number))
            at = 2 * number / root if number else 0.0
        elif last:
            at = over + (number - during) / last
        else:
            return
        yield round(at * 1e9)
