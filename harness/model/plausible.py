"""
What no measurement can have said: calls that ended before they began, counts below nothing, times no clock shows.

A record that says such a thing is damaged, or comes of a mistake of ours; either way its numbers are not to be
counted. Only what is impossible is refused, never what is merely odd.
"""

from collections.abc import Sequence
from itertools import pairwise

from overlap.harness.model.record import Call, Cell, Lag, Metered, Pauses, Queue, Served, Slot

LATEST = 2**62
"""A time in ns on a clock that began with the machine: 146 years."""

LONGEST = 30 * 86_400 * 10**9
"""No call and no slot takes longer, in ns: thirty days."""

MOST = 2**53
"""The largest count that every program that reads JSON has a number for."""


def impossible_cell(cell: Cell) -> str | None:
    """Say what cannot be of *cell*; None where nothing is wrong with it."""
    return None if 1 <= cell.concurrency <= MOST else f"a concurrency of {cell.concurrency}"


def impossible_call(call: Call) -> str | None:
    """Say what cannot be of *call*; None where nothing is wrong with it."""
    moments = (call.sent, call.done, *(() if call.due is None else (call.due,)))
    if why := _impossible_times(moments):
        return why
    if call.done < call.sent:
        return "it was done before it was sent"
    if not _counts(call.index, call.round, call.usage):
        return "it has a count that cannot be"
    if call.chunks and (call.chunks[0] < 0 or not _rise(call.chunks)):
        return "its chunks came before it was sent, or not in their order"
    if call.chunks and call.chunks[-1] > call.done - call.sent:
        return "a chunk came after it was done"
    return next((why for entry in call.served if (why := _impossible_entry(entry, call.sent))), None)


def _impossible_times(moments: Sequence[int]) -> str | None:
    if not all(0 <= each <= LATEST for each in moments):
        return "it has a time that no clock shows"
    return "it took longer than a month" if max(moments) - min(moments) > LONGEST else None


def _impossible_entry(entry: Served, sent: int) -> str | None:
    times = (*entry.planned, *entry.written, entry.finished)
    if not (0 <= entry.received <= LATEST and abs(entry.received - sent) <= LONGEST):
        return "the server received it at a time that no clock shows"
    if not all(0 <= each <= LONGEST for each in times) or not _rise(entry.written):
        return "the server's own times of it cannot be"
    if len(entry.written) > len(entry.planned):
        return "the server wrote more of it than it had planned"
    if not _counts(entry.tokens, entry.prompt_tokens, entry.attempt, entry.connection, entry.status):
        return "the server's own counts of it cannot be"
    return None


def impossible_slot(slot: Slot) -> str | None:
    """Say what cannot be of *slot*; None where nothing is wrong with it."""
    if why := _impossible_times((slot.started, slot.ended)):
        return why
    if slot.ended < slot.started:
        return "it ended before it started"
    if slot.steal is not None and not 0 <= slot.steal <= 1:
        return f"a share of {slot.steal:g} stolen from the processor"
    parts = (slot.lag, slot.offered, slot.gc, slot.queue, slot.pool, slot.metered)
    if not _counts(*_of_slot(slot)) or not all(_plain(part) for part in parts):
        return "it has a count that cannot be"
    return None


def _of_slot(slot: Slot) -> Sequence[int | None]:
    return (
        *(slot.round, slot.position, slot.made, slot.cpu, slot.peak, slot.connections, slot.requests),
        *(
            slot.unjoined,
            slot.dropped,
            slot.opened,
            slot.by_time,
            slot.untold,
            slot.untagged,
            slot.processes,
            slot.refused,
        ),
    )


def _plain(part: Lag | Pauses | Queue | Metered | None) -> bool:
    """Return whether all numbers of a slot's *part* can be."""
    if part is None:
        return True
    values = [value for name in part.__slots__ if isinstance(value := getattr(part, name), int)]
    # A timer may ring a moment before it is due.
    return _counts(*(map(abs, values) if isinstance(part, Lag) else values))


def _counts(*numbers: int | None) -> bool:
    return all(number is None or 0 <= number <= MOST for number in numbers)


def _rise(times: Sequence[int]) -> bool:
    """Return whether no time is before the one ahead of it."""
    return all(before <= after for before, after in pairwise(times))
