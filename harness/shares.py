"""
Who owned the time of a call, and the shortest time its slot could have taken; pure functions of the record.

    sent            received        planned end   written end     received …            done
     │── send ─────────│── planned ──────│── late ─────│── send again ──│ … │── receive ──│

A call with several requests (retries, chains) walks this line once per request; requests that overlap are
counted once. So the shares of a joined call always add up to done - sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from harness.record import Call, Served


@dataclass(frozen=True, slots=True)
class Shares:
    """Nanoseconds of one call by owner: `dispatch` before `sent`, the others between `sent` and `done`."""

    dispatch: int
    send: int
    planned: int
    late: int
    receive: int


OWNERS = {
    "dispatch": "due, or a place free → sent: the strategy's own queue, semaphore or pool",
    "send": "sent → received by the server: client library, connection pool, connect, wire",
    "planned": "the server's schedule: the time nobody can save",
    "late": "planned → written: the mock's own error",
    "receive": "written → seen by the caller: event-loop lag, parsing, callbacks, executor hops",
}


def shares(call: Call, dispatch: int = 0) -> Shares | None:
    """Divide *call*'s time among its owners; None where the server's journal knows nothing of the call."""
    if not call.served:
        return None
    at, send, planned, late = call.sent, 0, 0, 0
    for entry in call.served if len(call.served) == 1 else sorted(call.served, key=_received):
        # What the caller no longer waited for (a cancelled call's stream) is not the call's time.
        begun = min(max(at, entry.received), call.done)
        due = min(max(begun, entry.received + (entry.planned[-1] if entry.planned else 0)), call.done)
        written = entry.received + (entry.written[-1] if entry.written else entry.finished)
        ended = min(max(begun, written), call.done)
        # An answer that was cut ends before it was due: then the server owned less than it had planned.
        due = min(due, ended)
        send, planned, late, at = send + begun - at, planned + due - begun, late + ended - due, ended
    return Shares(dispatch, send, planned, late, call.done - at)


def _received(entry: Served) -> int:
    return entry.received


def dispatch(calls: Sequence[Call], concurrency: int, started: int) -> dict[int, int]:
    """
    Nanoseconds each call (by index) waited for the strategy although a place was free for it.

    In an open loop that is sent - due. In a closed one the k-th call to be sent could have left when the
    k-th place came free: at the slot's start for the first *concurrency* calls, then at each call's end.
    """
    waits: dict[int, int] = {}
    free = [started] * concurrency
    heapify(free)
    for call in sorted(calls, key=lambda call: call.sent):
        place = free[0] if call.due is None else call.due
        waits[call.index] = max(0, call.sent - place)
        heapreplace(free, call.done)
    return waits


def service(call: Call) -> int | None:
    """What the server's schedule alone would have taken for *call*, in ns; None without a journal."""
    divided = shares(call)
    return divided.planned if divided else None


def ideal_makespan(durations: Iterable[int], concurrency: int) -> int:
    """
    Answer a proven lower bound of the time in which these durations fit on *concurrency* places, in ns.

    The largest of: the longest one; the sum over the places; and, for every k, the k + 1 smallest among the
    k * concurrency + 1 longest, since some place must take k + 1 of those. Exact for equal durations; a
    schedule that reaches it need not exist otherwise, so 100 % overlap may be out of reach but never passed.

    >>> ideal_makespan([1500, 1500, 1500], 2)
    3000
    """
    longest = sorted(durations, reverse=True)
    if not longest:
        return 0
    bound = max(longest[0], -(-sum(longest) // concurrency))
    for k in range(1, (len(longest) - 1) // concurrency + 1):
        last = k * concurrency
        bound = max(bound, sum(longest[last - k : last + 1]))
    return bound
