"""
One test under load while it goes on: its calls and the journal's entries as they come, and what they say so far.

The live view joins what is complete and forgets it again; the whole is kept beside it for the run's folder, about
a kilobyte a call: an hour at 300 calls a second is a gigabyte.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from overlap.harness.host.other_programs import TakenCpu
from overlap.harness.load.call_log import SHARE, Row
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.model.shares import OWNERS, at_once, shares
from overlap.harness.probe import of_any_round, tag
from overlap.harness.stats.throughput import taken
from overlap.harness.worker.open_loop import NOT_STARTED

RECENT = 10.0  # seconds that the live view looks back
UNSENT = "not sent"
"""The endpoint of calls that were due and never sent, where nobody knows which one they would have gone to."""

Flying = Iterable[tuple[str, int]]
"""Endpoint and start of each call in flight."""


def call_of(row: Row) -> Call:
    """Make a `Call` of what a process brought; its cell is the endpoint until the test is written down."""
    row = Row(*row)
    call = Call(
        row.endpoint, 0, row.number, row.sent, row.done, row.due, array("q", row.chunks), row.error, row.warmup
    )
    return replace(call, usage=row.tokens, reasoning=row.reasoning, ended=row.ended, streamed=row.streamed)


Counts = Mapping[str, Mapping[str, int]]
"""How many requests Locust has counted, by name and row of its table."""


class Tally:
    """
    What one test has brought so far; *users* is how many take part.

    `changes` has when the number of users was changed, and to how many; the first entry is the start. `taken` is
    what others took of the processors meanwhile, known at the end. `journal_lost`: the server died, and with it
    what its journal had not told yet.
    """

    def __init__(self, users: int) -> None:
        self.users = users
        self.calls: list[Call] = []
        self.entries: list[tuple[str | None, Served]] = []
        self.peak = self.connections = self.dropped = 0
        self.journal = False
        self.taken = TakenCpu(None, None)
        self.journal_lost = False
        self._waiting: defaultdict[str, list[Served]] = defaultdict(list)
        self._unjoined: list[Call] = []
        self._joined: list[Call] = []
        self._recent: list[Call] = []
        self._flying: dict[int, list[tuple[str, int]]] | None = None
        self._first: dict[str, int] = {}
        self.changes: list[tuple[int, int]] = []

    def users_are(self, number: int, moment: int) -> None:
        """Note that there are *number* users from *moment* (ns) on, as the end of each spawning says."""
        if not self.changes or self.changes[-1][1] != number:
            self.changes.append((moment, number))
        self.users = max(each for _, each in self.changes)

    def bring(self, rows: Iterable[Row]) -> None:
        """Add calls that have ended."""
        calls = [call_of(row) for row in rows]
        self.calls += calls
        self._unjoined += calls

    def fly(self, process: int, calls: Flying) -> None:
        """Note which calls of *process* are in flight now."""
        self._flying = self._flying or {}
        self._flying[process] = [(name, sent) for name, sent in calls if name]

    @property
    def due(self) -> int:
        """How many calls of an open loop were due; 0 in a closed one."""
        return sum(1 for call in self.calls if call.due is not None and not call.warmup)

    @property
    def unsent(self) -> int:
        """How many calls were due and never sent."""
        return sum(1 for call in self.calls if call.error == NOT_STARTED)

    def named(self) -> list[Call]:
        """Return all calls; those that were never sent under the only endpoint that there was, if it is one."""
        names = {call.cell for call in self.calls if call.cell and not call.warmup}
        name = names.pop() if len(names) == 1 else UNSENT
        return [call if call.cell else replace(call, cell=name) for call in self.calls]

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
            if name:
                self._waiting[of_any_round(name)].append(entry)

    def whole(self) -> Journal | None:
        """Return the journal of the whole test."""
        if not self.journal:
            return None
        entries = tuple(sorted(self.entries, key=lambda pair: pair[1].received))
        return Journal(self.peak, self.connections, self.dropped, entries)

    def lost(self) -> dict[int, int]:
        """Count the requests at the server whose calls no process brought in, by process."""
        known = {tag(call.index, warmup=call.warmup) for call in self.calls}
        numbers = {int(name) for name, _ in self.entries if name and name.isdecimal() and name not in known}
        return dict(Counter(number // SHARE for number in numbers))

    def fresh(self) -> list[Call]:
        """Return the calls that were brought since this was last asked, with the journal entries known by now."""
        self._join()
        calls, self._joined = self._joined, []
        return calls

    def _join(self) -> None:
        """Join the calls that were brought since the last time."""
        for call in self._unjoined:
            served = tuple(self._waiting.pop(tag(call.index, warmup=call.warmup), ()))
            joined = replace(call, served=served)
            self._joined.append(joined)
            if not call.warmup and call.error != NOT_STARTED:
                self._recent.append(joined)
                self._first[call.cell] = min(call.sent, self._first.get(call.cell, call.sent))
        self._unjoined.clear()

    def live(self, now: int) -> dict[str, Any]:
        """Return what the last ten seconds before *now* (monotonic ns) say, endpoint by endpoint."""
        self._join()
        since = now - int(RECENT * 1e9)
        self._recent = [call for call in self._recent if call.done > since]
        by_endpoint: defaultdict[str, list[Call]] = defaultdict(list)
        for call in self._recent:
            by_endpoint[call.cell].append(call)
        flying: defaultdict[str, list[int]] | None = None
        if self._flying is not None:
            flying = defaultdict(list)
            for name, sent in (each for calls in self._flying.values() for each in calls):
                flying[name].append(min(sent, now))
        return {
            name: view(calls, max(since, self._first[name]), now, None if flying is None else flying[name])
            for name, calls in sorted(by_endpoint.items())
        }


@dataclass(frozen=True, slots=True)
class EndedTest:
    """
    A test that is over: what it brought, from when to when (ns), Locust's own counts, and its CPU time (ns).

    `counts` and `cpu` are None for a test that broke off: Locust died, or did not answer, before it told them.
    """

    tally: Tally
    began: int
    ended: int
    counts: Counts | None = None
    cpu: int | None = None


def view(calls: list[Call], opened: int, now: int, flying: Sequence[int] | None = None) -> dict[str, Any]:
    """
    Return the numbers of one endpoint: medians in ms, owners as means in ms, overlap in %; None where unknown.

    *calls* ended between *opened* and *now*; *flying* are the starts of those in flight, None where nobody says.
    """
    divided = [each for call in calls if not call.error and (each := shares(call)) is not None]
    seconds = (now - opened) / 1e9
    return {
        "calls": len(calls),
        "failed": sum(1 for call in calls if call.failed),
        "seconds": seconds,
        "rate": len(calls) / seconds if seconds > 0 else None,
        "overlap": _overlap(calls, sum(each.planned for each in divided), opened, now, flying)
        if divided
        else None,
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


def _overlap(
    calls: Sequence[Call], planned: int, opened: int, now: int, flying: Sequence[int] | None
) -> float | None:
    """
    Return how much of the time of all places was the server's planned time, in %.

    That is the share of the time within the window in which places were taken, times the share of the calls' time
    that was planned. Only so much of a call counts as lies within the window. Where it is not known what is in
    flight now, the window ends with the last start of a call that has ended: until then everything is known.
    """
    spans = [(call.sent, call.done) for call in calls]
    if flying is not None:
        closed = now
        spans += [(sent, now) for sent in flying]
    else:
        closed = max(call.sent for call in calls)
        if closed - opened < median(done - sent for sent, done in spans) / 10:
            closed = max(call.done for call in calls)
    lives = sum(call.done - call.sent for call in calls)
    busy = taken(spans, opened, closed)
    places = at_once(spans) * (closed - opened)
    return busy / places * planned / lives * 100 if places and lives else None


def _middle(numbers: list[Any]) -> float | None:
    known = [number for number in numbers if number is not None]
    return median(known) / 1e6 if known else None
