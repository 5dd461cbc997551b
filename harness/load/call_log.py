"""
The books of one load process: numbers its calls, knows those in flight, and keeps those that ended until taken.

A call's number is unique over all processes of a run, since it is its name on the wire: process 2 counts from
20,000,000. A number at the server that no process has brought in tells whose call was lost.
"""

from collections import Counter
from collections.abc import Iterator
from time import monotonic_ns
from typing import Any, NamedTuple

from overlap.harness.model.arrivals_spec import part, read
from overlap.harness.probe import CallMark, Item
from overlap.harness.worker.open_loop import NOT_STARTED

SHARE = 10_000_000
"""How many numbers a process has; at a thousand calls a second they last for three hours."""

NEVER = 2 * 86_400 * 10**9
"""When the call after the last one is due: later than any load run lasts."""


class Row(NamedTuple):
    """
    One ended call, as it travels to the parent; `chunks` and `reasoning` are ns after `sent`.

    `reasoning` is when the first piece of reasoning came, `ended` whether the stream said that it was complete
    (both None where that is not known), `tokens` the answer's length by its own words, `streamed` False for an
    answer that comes whole.
    """

    endpoint: str
    number: int
    due: int | None
    sent: int
    done: int
    chunks: list[int]
    error: str | None
    warmup: bool
    reasoning: int | None = None
    ended: bool | None = None
    tokens: int | None = None
    streamed: bool | None = None


class Beside(NamedTuple):
    """What a stream said beside its output: see `Row`; `reasoning` is a moment of the clock here."""

    reasoning: int | None = None
    ended: bool | None = None
    tokens: int | None = None


SILENT = Beside()


def shifted(row: Row, offset: int) -> Row:
    """
    Return *row* as a clock that is *offset* ns ahead would have it: durations stay, moments move.

    >>> shifted(Row("chat", 1, None, 100, 150, [20], None, False), 1000)[:5]
    ('chat', 1, None, 1100, 1150)
    """
    due = None if row.due is None else row.due + offset
    return row._replace(due=due, sent=row.sent + offset, done=row.done + offset)


class Books:
    """
    What this process has begun and ended.

    `rows` are calls not yet taken, `warming` counts users that are not ready for their first call. `flying` has
    the endpoint and the start of each call in flight, by its number.
    """

    def __init__(self) -> None:
        self.process = 0
        self.warming = 0
        self.draining = False
        self.kept = False
        self.flying: dict[int, tuple[str, int]] = {}
        self._count = 0
        self._held = False
        self._due: Iterator[int] | None = None
        self._start: int | None = None
        self._length: int | None = None
        self._taken: Counter[int] = Counter()
        self.rows: list[Row] = []

    @property
    def in_flight(self) -> int:
        """How many calls are in flight."""
        return len(self.flying)

    def begin(self, *, warmup: bool = False, due: int | None = None) -> Item:
        """Number a new call."""
        index = self.process * SHARE + self._count % SHARE
        self._count += 1
        return Item(index, "", due, warmup)

    def end(self, endpoint: str, mark: CallMark, beside: Beside = SILENT, *, streamed: bool | None = None) -> None:
        """Note a call that has ended, if anybody is going to ask for it."""
        if self.kept:
            chunks = [chunk - mark.sent for chunk in mark.chunks]
            item = mark.item
            reasoning = None if beside.reasoning is None else beside.reasoning - mark.sent
            more = (mark.error, item.warmup, reasoning, beside.ended, beside.tokens, streamed)
            self.rows.append(Row(endpoint, item.index, item.due, mark.sent, mark.done, chunks, *more))

    def take(self) -> list[Row]:
        """Return the calls that have ended since the last time."""
        rows, self.rows = self.rows, []
        return rows

    def open(self, told: dict[str, Any] | None, processes: int, *, held: bool = False) -> None:
        """
        Begin a test: a closed loop, or with *told* this process' part of an open one.

        *told* has arrivals and seed, and seconds where it is known how long calls will be due. *held*: a closed
        loop's calls wait for the start too, as those of an open loop always do.
        """
        self.draining, self._held = False, held
        self._due, self._start, self._length = None, None, None
        self._taken.clear()
        if told:
            times = read(told["arrivals"]).due_times(told["seed"])
            self._due = part(times, self.process % processes, processes)
            seconds = told.get("seconds")
            self._length = None if seconds is None else round(seconds * 1e9)

    def start(self, now: int) -> None:
        """Let calls that wait for the start begin at *now*, in monotonic ns: all users are ready."""
        self._start = now if self._start is None else self._start

    @property
    def waiting(self) -> bool:
        """Whether calls have to wait, as the test has not started."""
        return (self._held or self._due is not None) and self._start is None

    def next_due(self) -> int | None:
        """
        Return when the next call is due, in monotonic ns; None in a closed loop: at once.

        Whoever is given a time makes that call, and says so by `leave`.
        """
        if self._due is None or self._start is None:
            return None
        due = next(self._due, NEVER)
        due = NEVER if self._length is not None and due >= self._length else due
        moment = self._start + due
        if due != NEVER:
            self._taken[moment] += 1
        return moment

    def leave(self, due: int | None) -> None:
        """Note that the call which was due then is being sent."""
        if due is not None:
            self._taken[due] -= 1

    def stop(self, now: int | None = None) -> None:
        """
        Begin no more calls; those of an open loop that were due by *now* and not sent become rows of their own.

        They have no endpoint: which one it would have been is not known, unless there is only one.
        """
        self.draining = True
        now = monotonic_ns() if now is None else now
        for due in self._missed(now):
            item = self.begin(due=due)
            if self.kept:
                self.rows.append(Row("", item.index, due, now, now, [], NOT_STARTED, warmup=False))

    def _missed(self, now: int) -> Iterator[int]:
        yield from (due for due in self._taken.elements() if due <= now)
        self._taken.clear()
        while self._due is not None and self._start is not None:
            due = next(self._due, NEVER)
            if self._start + due > now or (self._length is not None and due >= self._length):
                break
            yield self._start + due
        self._due = None
