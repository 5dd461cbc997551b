"""
Which rates to try, to find the highest one at which an SLO is kept: doubled or halved until it is, then bisected.

    10 kept ─► 20 kept ─► 40 missed ─► 28 kept ─► 34 missed ─► …          bisected on a logarithmic scale

Assumes that what is kept at a rate is kept at every lower one. Pure: who measures sends back whether it was kept.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Found:
    """
    The highest rate that was kept and the lowest that was missed, in calls per second.

    `kept` is None where even the lowest rate was missed, `missed` where the highest was kept.
    """

    kept: float | None
    missed: float | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest rate that are tried, and how near kept and missed must come to each other."""

    least: float = 0.5
    most: float = 2000.0
    precision: float = 1.05


def search(start: float, step: float, bounds: Bounds) -> Generator[float, bool, Found]:
    """
    Yield rates to try, be sent whether each was kept, and return what was found.

    The first is *start*; as long as only one side is known, the next is *step* times as high or as low. Each step
    is larger than the last one, since a start that was a guess may be far off.
    """
    kept: float | None = None
    missed: float | None = None
    rate = min(max(start, bounds.least), bounds.most)
    while True:
        if (yield rate):
            kept = rate
        else:
            missed = rate
        if kept is not None and missed is not None:
            if missed <= kept * bounds.precision:
                return Found(kept, missed)
            rate = sqrt(kept * missed)
            continue
        end, further = (bounds.least, rate / step) if kept is None else (bounds.most, rate * step)
        if rate == end:
            return Found(kept, missed)
        rate = min(max(further, bounds.least), bounds.most)
        step = max(step, min(step * step, 4.0))
