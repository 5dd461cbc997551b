"""
Throughput while every place was taken, so that neither the ramp nor the tail of a slot biases it.

    place 1   ├───call───┼──call──┼──call──┤
    place 2    ├──call──┼────call────┼───call────┤
               │         window      │               from the last place's first start to the last start

Plain throughput divides by the time until the very last call is done; while the last calls run out, places stand
empty, and a short slot looks slower than the same work going on for longer. Little's law needs no such end:
throughput = mean calls in flight within the window / mean life of a call, over all calls. (Counting the ends that
fall into the window would favour short calls: the window opens when every call in flight is fresh.)
"""

from collections.abc import Sequence
from statistics import median

from overlap.harness.model.metrics import OfSlots
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.model.shares import at_once, served

# With fewer calls for each place, the slot's ramp and tail are most of what it shows.
WAVES = 3

Lives = Sequence[tuple[int, int]]


def in_flight(calls: Sequence[Call]) -> int:
    """Count the most calls that were between sent and done at one moment, as the caller saw it."""
    return at_once((call.sent, call.done) for call in calls)


def lives(calls: Sequence[Call]) -> Lives | None:
    """
    Return from when to when each of *calls* had a place.

    Of calls that are handed over in one go the caller sees too little: there it is the time in which the server
    was at work on each. None where that is not known.
    """
    if not any(call.together for call in calls):
        return [(call.sent, call.done) for call in calls]
    served_spans = [served(call) for call in calls]
    spans = [life for life in served_spans if life is not None]
    return spans if len(spans) == len(served_spans) else None


def window(own: Lives) -> tuple[int, int] | None:
    """
    Return the time from the start that filled the last place to the last start of all, in ns.

    None if that is shorter than the median call: such a slot is all ramp and tail (every call at once).
    """
    if not own:
        return None
    starts = sorted(begin for begin, _ in own)
    start, end_start = starts[at_once(own) - 1], starts[-1]
    long = median(end - begin for begin, end in own)
    return (start, end_start) if end_start - start >= max(long, 1) else None


def taken(own: Lives, start: int, stop: int) -> int:
    """
    Return for how long places were taken between *start* and *stop*, in ns, added up over all places.

    >>> taken([(0, 10), (5, 15), (20, 30)], 8, 25)
    14
    """
    return sum(max(0, min(end, stop) - max(begin, start)) for begin, end in own)


def kept_busy(calls: Sequence[Call]) -> float | None:
    """Return how many places were taken on average, from the first moment that all were to the last start."""
    own = lives(calls)
    bounds = window(own) if own else None
    if own is None or bounds is None:
        return None
    start, stop = bounds
    return taken(own, start, stop) / (stop - start)


def waves(calls: Sequence[Call]) -> float:
    """Return how many calls there were for each place that was taken; 0 where that is not known."""
    own = lives(calls)
    return len(own) / at_once(own) if own else 0.0


def steady(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    """
    Return completed calls per second while all places were taken; None if there was no such time.

    None in an open loop, too: its rate is set by the arrivals, and it has no number of places.
    """
    own, busy = lives(calls), kept_busy(calls)
    if cell.arrivals or own is None or busy is None:
        return None
    whole = sum(end - begin for begin, end in own)
    return busy * sum(1 for call in calls if not call.error) / whole * 1e9 if whole else None


def sustained(cell: Cell, slot: Slot, calls: Sequence[Call]) -> float | None:
    """Return the steady throughput if there are three waves of calls or more; None otherwise."""
    return steady(cell, slot, calls) if waves(calls) >= WAVES else None


STEADY = OfSlots(
    "throughput.steady",
    "steady throughput",
    "1/s",
    "higher",
    "mean calls in flight while every place was taken / mean time a call took (Little's law)",
    steady,
)
