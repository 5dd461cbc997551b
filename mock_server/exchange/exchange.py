"""One request being answered: its plan, how far it has come, and what became of it."""

import time
from array import array
from collections.abc import Callable
from typing import Protocol

from overlap.mock_server.exchange.journal import Entry, ServerJournal
from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.http.writer import ResponseWriter


class Owner(Protocol):
    """The connection an exchange happens on."""

    line: ResponseWriter

    def done(self, *, keep: bool) -> None:
        """Go on to the next request, or close."""


class LoadModel(Protocol):
    """The load model that an exchange has a slot of."""

    def drop(self, exchange: "Exchange") -> None:
        """Free the slot."""


class Exchange:
    """
    Sends each piece when it is due; one that is late leaves at once, and the due times stay as they were.

    *entry* is what the journal is to say; its `planned` follows from the plan, unless a load model says when each
    is due (`emit`), for then they are known one by one.
    """

    __slots__ = (
        "_allowed",
        "_count",
        "_entry",
        "_journal",
        "_line",
        "_next",
        "_owner",
        "_written",
        "load",
        "over",
        "parked",
        "plan",
        "received",
        "release",
    )

    def __init__(self, owner: Owner, journal: ServerJournal, entry: Entry, plan: AnswerPlan) -> None:
        self._owner = owner
        self._line = owner.line
        self._written = entry.written
        self.received = entry.received
        self._journal = journal
        self._entry = entry
        self.release: Callable[[], None] | None = None
        self.plan = plan
        self._count = len(plan.due)
        self._next = 0
        self._allowed = 0
        self.over = False
        self.parked = False
        self.load: LoadModel | None = None
        journal.began()

    def play(self, plan: AnswerPlan) -> None:
        """Send *plan* as the answer; nothing has been sent yet."""
        self.plan = plan
        self._count = len(plan.due)

    @property
    def left(self) -> int:
        """How many pieces the load model has yet to find due."""
        return self._count - self._allowed

    def refuse(self, refusal: Callable[[Entry], AnswerPlan]) -> None:
        """Send a refusal instead, as the load model has no place; nothing has been sent yet."""
        self.load = None
        self.play(refusal(self._entry))

    def step(self, now: int) -> int | None:
        """Send what is due at *now*; answer when the next is, or None when done or while the reader is slow."""
        if self._line.paused:
            self.parked = True
            return None
        due = self.plan.due
        first = self._next
        after = first + 1
        passed = now - self.received
        if after < len(due) and due[after] <= passed:
            stop = min(len(due), first + self.plan.together)
            while after < stop and due[after] <= passed:
                after += 1
        self._send(first, after, passed)
        return None if self.over else self.received + due[after]

    def emit(self, due: int) -> None:
        """Send the next piece, which the load model found due at *due*, as soon as the reader is ready for it."""
        marks = self.plan.marks
        if not self._allowed:
            self._entry.planned = array("q")
        for _ in range(1 if marks is None else marks[self._allowed]):
            self._entry.planned.append(due - self._entry.received)
        self._allowed += 1
        if self._line.paused:
            self.parked = True
        else:
            self._send(self._next, self._allowed, time.monotonic_ns() - self._entry.received)

    def resume(self) -> int | None:
        """Go on, as the reader is ready again; answer when to step next, in ns of the monotonic clock, if ever."""
        self.parked = False
        if not self._allowed:
            return time.monotonic_ns()
        while self._next < self._allowed and not self.over:
            if self._line.paused:
                self.parked = True
                break
            stamp = time.monotonic_ns() - self._entry.received
            self._send(self._next, min(self._allowed, self._next + self.plan.together), stamp)
        return None

    def _send(self, first: int, after: int, stamp: int) -> None:
        """
        Write the pieces from *first* up to *after*; *stamp* is the time, in ns from the request's arrival.

        It was read before the write, so that no client sees a token before it counts as written.
        """
        plan = self.plan
        one = after == first + 1
        if plan.flow is not None:
            data = plan.flow.take(after - first)
        else:
            data = plan.pieces[first] if one else b"".join(plan.pieces[first:after])
        if not self._line.put(data):
            self.lost()
            return
        self._next = after
        if plan.marks is None:
            if one:
                self._written.append(stamp)
            else:
                self._written.extend([stamp] * (after - first))
        else:
            self._written.extend([stamp] * sum(plan.marks[first:after]))
        if after == self._count:
            self._finish(stamp)

    def _finish(self, stamp: int) -> None:
        self._close(stamp, disconnected=False)
        end = self.plan.end
        if end is End.RESET:
            self._line.reset()
        elif end is End.HALF_CLOSE:
            self._line.half_close()
        self._owner.done(keep=end is End.KEEP)

    def lost(self) -> None:
        """Note that the client has gone before its answer was complete."""
        if not self.over:
            self._close(time.monotonic_ns() - self._entry.received, disconnected=True)
            if self.load is not None:
                self.load.drop(self)

    def _close(self, finished: int, *, disconnected: bool) -> None:
        self.over = True
        self.plan.pieces, self.plan.flow = [], None
        if self.release is not None:
            self.release()
        entry = self._entry
        entry.finished = finished
        entry.disconnected = disconnected
        written = entry.written
        if written:
            entry.lateness = written[-1] - entry.planned[len(written) - 1]
        self._journal.ended(entry)
