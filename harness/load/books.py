"""
The books of one load process: numbers its calls, knows those in flight, and keeps those that ended until taken.

A call's number is unique over all processes of a run, since it is its name on the wire: process 2 counts from
20,000,000. A number at the server that no process has brought in tells whose call was lost.
"""

from collections.abc import Iterator
from typing import Any

from harness.arriving import part, read
from harness.probe import Item, Mark

SHARE = 10_000_000
"""How many numbers a process has; at a thousand calls a second they last for three hours."""

NEVER = 2 * 86_400 * 10**9
"""When the call after the last one is due: later than any load run lasts."""

# One ended call: endpoint, index, due, sent, done, chunks in ns after sent, error, warm-up.
Row = tuple[str, int, int | None, int, int, list[int], str | None, bool]


def shifted(row: Row, offset: int) -> Row:
    """
    Answer *row* as a clock that is *offset* ns ahead would have it: durations stay, moments move.

    >>> shifted(("chat", 1, None, 100, 150, [20], None, False), 1000)
    ('chat', 1, None, 1100, 1150, [20], None, False)
    """
    endpoint, index, due, sent, done, *rest = row
    moved = None if due is None else due + offset
    return (endpoint, index, moved, sent + offset, done + offset, *rest)  # type: ignore[return-value]


class Books:
    """What this process has begun and ended; `rows` are calls not yet taken, `warming` counts users warming up."""

    def __init__(self) -> None:
        self.process = 0
        self.in_flight = 0
        self.warming = 0
        self.draining = False
        self.kept = False
        self._count = 0
        self._due: Iterator[int] | None = None
        self._start: int | None = None
        self.rows: list[Row] = []

    def begin(self, *, warmup: bool = False, due: int | None = None) -> Item:
        """Number a new call."""
        index = self.process * SHARE + self._count % SHARE
        self._count += 1
        return Item(index, "", due, warmup)

    def end(self, endpoint: str, mark: Mark) -> None:
        """Note a call that has ended, if anybody is going to ask for it."""
        if self.kept:
            chunks = [chunk - mark.sent for chunk in mark.chunks]
            item = mark.item
            row = (endpoint, item.index, item.due, mark.sent, mark.done, chunks, mark.error, item.warmup)
            self.rows.append(row)

    def take(self) -> list[Row]:
        """Answer the calls that have ended since the last time."""
        rows, self.rows = self.rows, []
        return rows

    def open(self, told: dict[str, Any] | None, processes: int) -> None:
        """Begin a test: a closed loop, or with *told* (arrivals, seed) this process' part of an open one."""
        self.draining = False
        self._due, self._start = None, None
        if told:
            times = read(told["arrivals"]).due_times(told["seed"])
            self._due = part(times, self.process % processes, processes)

    def start(self, now: int) -> None:
        """Let the schedule of an open loop begin at *now*, in monotonic ns: all users are there to keep it."""
        self._start = now if self._start is None else self._start

    @property
    def waiting(self) -> bool:
        """Whether there is a schedule that has not begun."""
        return self._due is not None and self._start is None

    def next_due(self) -> int | None:
        """Answer when the next call is due, in monotonic ns; None in a closed loop: at once."""
        return None if self._due is None or self._start is None else self._start + next(self._due, NEVER)


BOOKS = Books()
"""The books of this process; a user that stands in a locustfile of its own finds them here too."""
