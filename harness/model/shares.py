"""
Who owned the time of a call, and the shortest time its slot could have taken; pure functions of the record.

The shares of a call are the sums of its spans (`model.spans`), so they always add up to done - sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from overlap.harness.model.record import Call, Served
from overlap.harness.model.spans import spans


@dataclass(frozen=True, slots=True)
class Shares:
    """Nanoseconds of one call by owner: `dispatch` before `sent`, the others between `sent` and `done`."""

    dispatch: int = 0
    send: int = 0
    planned: int = 0
    late: int = 0
    limit: int = 0
    between: int = 0
    receive: int = 0


OWNERS = {
    "dispatch": "due, or a place free → sent: the strategy's own queue, semaphore or pool",
    "send": (
        "sent → first request received by the server: your code before it, client library, connection pool, "
        "connect, wire; where the mock is busy (late grows with it) also its reading of the request"
    ),
    "planned": "the server's schedule: the time nobody can save",
    "late": "planned → written: the mock's own error",
    "limit": "the pause after a request that the server refused, as long as its retry-after asked for",
    "between": (
        "one answer written → next request of the same call received: your code, tools and steps in between, "
        "a client's pause before a retry, and its work on both requests"
    ),
    "receive": (
        "last answer written → call ended: event-loop lag, parsing, callbacks, executor hops, your code after it"
    ),
}
# Nothing of a call with one request, so they are only shown where there is something of them.
OF_SEVERAL = ("limit", "between")


def shares(call: Call, dispatch: int = 0) -> Shares | None:
    """
    Divide *call*'s time among its owners.

    None where the server's journal knows nothing of the call, and where it was handed over in one go with others:
    what it waited for them cannot be told from what its request took.
    """
    return None if call.together or not call.served else Shares(dispatch, **_sums(call))


def _sums(call: Call) -> dict[str, int]:
    if len(call.served) == 1:
        return _of_one(call, call.served[0])
    sums: dict[str, int] = {}
    for span in spans(call):
        sums[span.owner] = sums.get(span.owner, 0) + span.end - span.begin
    return sums


def _of_one(call: Call, entry: Served) -> dict[str, int]:
    """Sum up the spans of a call with one request without laying them out: most have one, and there are many."""
    sent, done, received = call.sent, call.done, entry.received
    begin = min(max(received, sent), done)
    end = max(begin, min(received + (entry.written[-1] if entry.written else entry.finished), done))
    due = min(max(begin, min(received + (entry.planned[-1] if entry.planned else 0), done)), end)
    return {"send": begin - sent, "planned": due - begin, "late": end - due, "receive": done - end}


def at_once(lives: Iterable[tuple[int, int]]) -> int:
    """
    Count the most of *lives* (begin, end) that go on at one moment.

    One that ends at the moment another begins has made place for it.

    >>> at_once([(0, 10), (5, 15), (10, 20)])
    2
    """
    most = now = 0
    for _, step in sorted(moment for begin, end in lives for moment in ((begin, 1), (end, -1))):
        now += step
        most = max(most, now)
    return most


def served(call: Call) -> tuple[int, int] | None:
    """Return from when to when the server was at work on *call*, or it between its requests; None if not known."""
    if not call.served:
        return None
    if len(call.served) == 1:
        sums = _of_one(call, call.served[0])
        return call.sent + sums["send"], call.done - sums["receive"]
    own = [span for span in spans(call) if span.owner not in {"send", "receive"}]
    return (own[0].begin, own[-1].end) if own else (call.done, call.done)


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
    return _sums(call).get("planned", 0) if call.served else None


def ideal_makespan(durations: Iterable[int], concurrency: int) -> int:
    """
    Return a proven lower bound of the time in which these durations fit on *concurrency* places, in ns.

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
