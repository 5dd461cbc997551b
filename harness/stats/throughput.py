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

from harness.metrics import OfSlots
from harness.record import Call, Cell, Slot


def in_flight(calls: Sequence[Call]) -> int:
    """
    Count the most calls that were between sent and done at one moment, as the caller saw it.

    A call that ends at the moment another begins has made place for it.
    """
    moments = sorted([(call.sent, 1) for call in calls] + [(call.done, -1) for call in calls])
    most = now = 0
    for _, step in moments:
        now += step
        most = max(most, now)
    return most


def window(calls: Sequence[Call]) -> tuple[int, int] | None:
    """
    From the start that filled the last place to the last start of all, in ns.

    None where that is shorter than the median call: such a slot is all ramp and tail (every call at once).
    """
    if not calls:
        return None
    starts = sorted(call.sent for call in calls)
    opened, closed = starts[in_flight(calls) - 1], starts[-1]
    long = median(call.done - call.sent for call in calls)
    return (opened, closed) if closed - opened >= max(long, 1) else None


def steady(_cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    """Completed calls per second while all places were taken; None where there was no such time."""
    found = window(calls)
    if found is None:
        return None
    opened, closed = found
    busy = sum(max(0, min(call.done, closed) - max(call.sent, opened)) for call in calls) / (closed - opened)
    lives = sum(call.done - call.sent for call in calls)
    return busy * sum(1 for call in calls if not call.error) / lives * 1e9


STEADY = OfSlots(
    "throughput.steady",
    "steady throughput",
    "1/s",
    "higher",
    "mean calls in flight while every place was taken / mean time a call took (Little's law)",
    steady,
)
