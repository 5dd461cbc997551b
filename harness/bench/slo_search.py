"""
Chooses the rates to try, to find the highest one at which an SLO is held.

    briefly: 10 kept ─► 20 kept ─► 40 missed ─► 28 kept ─► …   doubled or halved, then bisected: one slot each
    longer:  28 held ─► 29.1 missed         from there in small steps: a long slot in every round

The brief slots only show where to look, because near a service's capacity a queue takes longer to build up. A rate
below one that was held is assumed to be held, too. Pure: the caller measures and sends whether the rate was held.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import sqrt

START, FIRST_STEP = 10.0, 2.0


@dataclass(frozen=True, slots=True)
class Bracket:
    """
    The highest rate that was held and the lowest that was not, in calls per second.

    `held` is None if even the lowest rate was not held, `missed` is None if the highest one still was.
    """

    held: float | None
    missed: float | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and highest rate to try (calls per second), and the largest final ratio of missed to held."""

    least: float = 0.5
    most: float = 2000.0
    precision: float = 1.04
    brief_precision: float = 1.05


@dataclass(frozen=True, slots=True)
class RateTrial:
    """A rate to try, in one brief slot or in a long one of every round."""

    rate: float
    long: bool


def search(bounds: Bounds, start: float = START) -> Generator[RateTrial, bool, Bracket]:
    """Yield trials, receive whether each rate was held, and return the bracket that long slots confirmed."""
    brief = yield from _trials(bracketed(start, FIRST_STEP, bounds, bounds.brief_precision), long=False)
    if brief.held is None:
        return brief
    return (yield from _trials(bracketed(brief.held, bounds.precision, bounds, bounds.precision), long=True))


def _trials(rates: Generator[float, bool, Bracket], *, long: bool) -> Generator[RateTrial, bool, Bracket]:
    held = yield RateTrial(next(rates), long)
    try:
        while True:
            held = yield RateTrial(rates.send(held), long)
    except StopIteration as end:
        bracket: Bracket = end.value
        return bracket


def bracketed(start: float, step: float, bounds: Bounds, precision: float) -> Generator[float, bool, Bracket]:
    """
    Yield rates until held and missed are within a factor of *precision*, and return both.

    The first is *start*; as long as only one side is known, the next is *step* times as high or as low. Each step
    is larger than the one before, because a guessed start may be far off.
    """
    held: float | None = None
    missed: float | None = None
    rate = min(max(start, bounds.least), bounds.most)
    while True:
        if (yield rate):
            held = rate
        else:
            missed = rate
        if held is not None and missed is not None:
            # In a confirming search the first step is the precision itself; rounding must not add another step.
            if missed <= held * precision * (1 + 1e-9):
                return Bracket(held, missed)
            rate = sqrt(held * missed)
            continue
        end, further = (bounds.least, rate / step) if held is None else (bounds.most, rate * step)
        if rate == end:
            return Bracket(held, missed)
        rate = min(max(further, bounds.least), bounds.most)
        step = max(step, min(step * step, 4.0))
