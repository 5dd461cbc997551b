"""
One test under load while it goes on: its calls and the journal's entries as they come, and what they say so far.

The live view joins what is complete and forgets it again; the whole is kept beside it for the run's folder, about
a kilobyte a call: an hour at 300 calls a second is a gigabyte.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from statistics import median
from typing import Any

from harness.journal import Journal
from harness.load.books import SHARE, Row
from harness.neighbours import Taken
from harness.probe import tag
from harness.record import Call, Served
from harness.shares import OWNERS, shares
from harness.stats.throughput import in_flight

RECENT = 10.0  # seconds that the live view looks back


def call_of(row: Row) -> Call:
    """Make a `Call` of what a process brought; its cell is the endpoint until the test is written down."""
    endpoint, index, due, sent, done, chunks, error, warmup = row
    return Call(endpoint, 0, index, sent, done, due, array("q", chunks), error, warmup)


class Tally:
    """
    What one test has brought so far; *users* is how many take part.

    `taken` is what others took of the processors meanwhile, known at the end.
    """

    def __init__(self, users: int) -> None:
        self.users = users
        self.calls: list[Call] = []
        self.entries: list[tuple[str | None, Served]] = []
        self.peak = self.connections = self.dropped = 0
        self.journal = False
        self.taken = Taken(None, None)
        self._waiting: defaultdict[str, list[Served]] = defaultdict(list)
        self._unjoined: list[Call] = []
        self._recent: list[Call] = []

    def bring(self, rows: Iterable[Row]) -> None:
        """Add calls that have ended."""
        fresh = [call_of(row) for row in rows]
        self.calls += fresh
        self._unjoined += [call for call in fresh if not call.warmup]

    def take(self, journal: Journal | None) -> None:
        """Add what the server saw since it was last asked; None where it keeps no journal."""
        if journal is None:
            return
        self.journal = True
        self.peak = max(self.peak, journal.peak)
        self.connections += journal.connections
        self.dropped += journal.dropped
        self.entries += journal.entries
        for name, entry in journal.entries:
            if name and name.isdecimal():
                self._waiting[name].append(entry)

    def whole(self) -> Journal | None:
        """Answer the journal of the whole test."""
        if not self.journal:
            return None
        entries = tuple(sorted(self.entries, key=lambda pair: pair[1].received))
        return Journal(self.peak, self.connections, self.dropped, entries)

    def lost(self) -> dict[int, int]:
        """Count the requests at the server whose calls no process brought in, by process."""
        known = {tag(call.index, warmup=call.warmup) for call in self.calls}
        numbers = {int(name) for name, _ in self.entries if name and name.isdecimal() and name not in known}
        return dict(Counter(number // SHARE for number in numbers))

    def live(self, now: int) -> dict[str, Any]:
        """Answer what the last ten seconds before *now* (monotonic ns) say, endpoint by endpoint."""
        for call in self._unjoined:
            served = tuple(self._waiting.pop(tag(call.index, warmup=False), ()))
            self._recent.append(replace(call, served=served))
        self._unjoined.clear()
        since = now - int(RECENT * 1e9)
        self._recent = [call for call in self._recent if call.done >= since]
        by_endpoint: defaultdict[str, list[Call]] = defaultdict(list)
        for call in self._recent:
            by_endpoint[call.cell].append(call)
        return {name: _view(calls) for name, calls in sorted(by_endpoint.items())}


def _view(calls: list[Call]) -> dict[str, Any]:
    """Numbers of one endpoint: medians in ms, owners as means in ms, overlap in %; None where unknown."""
    divided = [each for call in calls if (each := shares(call)) is not None and not call.error]
    span = max(call.done for call in calls) - min(call.sent for call in calls)
    planned = sum(each.planned for each in divided)
    return {
        "calls": len(calls),
        "failed": sum(1 for call in calls if call.error),
        "rate": len(calls) / span * 1e9 if span else None,
        # The ideal makespan of this many equal places over the measured one, as in the table of metrics.
        "overlap": planned / in_flight(calls) / span * 100 if divided and span else None,
        **{
            owner: sum(getattr(each, owner) for each in divided) / len(divided) / 1e6 if divided else None
            for owner in OWNERS
            if owner != "dispatch"
        },
        "ttft": _middle([call.ttft for call in calls if len(call.chunks) > 1]),
        "itl": _middle([gap for call in calls for gap in call.itl or ()]),
        "tpot": _middle([call.tpot for call in calls]),
        "e2e": _middle([call.e2e for call in calls]),
    }


def _middle(numbers: list[Any]) -> float | None:
    known = [number for number in numbers if number is not None]
    return median(known) / 1e6 if known else None
