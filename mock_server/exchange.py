"""One request being answered: its pieces, their due times, and what became of them."""

import time
from array import array
from typing import Protocol

from mock_server.journal import Entry, Journal
from mock_server.line import Line

TOGETHER = 64
"""The most overdue pieces that leave in one write, so that a slow reader's backlog stays small."""


class Owner(Protocol):
    """The connection an exchange happens on."""

    def done(self, *, keep: bool) -> None:
        """Go on to the next request, or close."""


class Exchange:
    """
    Sends each piece when it is due; one that is late leaves at once, and the due times stay as they were.

    *entry* is what the journal is to say; there is a piece for each of its `planned` times.
    """

    __slots__ = (
        "_entry",
        "_journal",
        "_keep",
        "_line",
        "_next",
        "_owner",
        "_pieces",
        "_written",
        "over",
        "parked",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - made once per request, in one place
        self,
        owner: Owner,
        line: Line,
        journal: Journal,
        entry: Entry,
        pieces: list[bytes],
        keep: bool,  # noqa: FBT001
    ) -> None:
        self._owner = owner
        self._line = line
        self._journal = journal
        self._entry = entry
        self._pieces = pieces
        self._keep = keep
        self._next = 0
        self._written: array[int] = array("q")
        self.over = False
        self.parked = False
        journal.began()

    def step(self, now: int) -> int | None:
        """Send what is due at *now*; answer when the next is, or None when done or while the reader is slow."""
        line = self._line
        if line.paused:
            self.parked = True
            return None
        entry = self._entry
        due = entry.planned
        first = self._next
        after = first + 1
        passed = now - entry.received
        stop = min(len(due), first + TOGETHER)
        while after < stop and due[after] <= passed:
            after += 1
        line.put(self._pieces[first] if after == first + 1 else b"".join(self._pieces[first:after]))
        if not line.open:
            self.lost()
            return None
        stamp = time.monotonic_ns() - entry.received
        self._next = after
        for _ in range(first, after):
            self._written.append(stamp)
        if after < len(due):
            return entry.received + due[after]
        self._end(stamp, disconnected=False)
        self._owner.done(keep=self._keep)
        return None

    def lost(self) -> None:
        """Note that the client has gone before its answer was complete."""
        if not self.over:
            self._end(time.monotonic_ns() - self._entry.received, disconnected=True)

    def _end(self, finished: int, *, disconnected: bool) -> None:
        self.over = True
        self._pieces = []
        entry = self._entry
        self._journal.ended(entry._replace(written=self._written, finished=finished, disconnected=disconnected))
