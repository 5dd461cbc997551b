"""A load run's folder, in the format of every run, so that report, comparison and gate read it alike."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec

from overlap.harness import registry
from overlap.harness.host.environment import circumstances, version_of
from overlap.harness.host.timestamps import timestamp
from overlap.harness.load import remarks
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.live_stats import UNSENT, EndedTest, Tally
from overlap.harness.mock.join import join
from overlap.harness.model.record import LEFT, STOPPED, Call, Cell, Slot
from overlap.harness.stats.throughput import in_flight
from overlap.harness.store.books import Balance
from overlap.harness.store.entries import Setting
from overlap.harness.store.run_about import CellEntry, LoadNotes, RunAbout, RunEnvironment, ScenarioNotes
from overlap.harness.store.run_files import Unwritten, Writer
from overlap.harness.store.typed import typed
from overlap.harness.store.unfinished import all_there, read_unfinished, unjoined
from overlap.harness.worker.open_loop import NOT_STARTED

SCENARIO = "scenarios.service"
PACKAGES = ("locust", "gevent", "fastapi", "starlette", "uvicorn", "websockets", "django")


class Book:
    """
    Writes one load run down, test by test; `balance` says whether the books balance.

    While a test goes on, `keep` writes the calls that have ended to a provisional file, which `enter` replaces.
    """

    def __init__(self, config: LoadConfig, folder: Path, writer: Writer, *, pinned: bool) -> None:
        self._config, self._writer, self.folder = config, writer, folder
        self.balance = Balance()
        self.notes: list[str] = []
        self.remarks: list[str] = []
        self.calls: list[Call] = []
        self.due = self.sent = 0
        self._changes: list[tuple[int, int]] = []
        self._cells: dict[str, CellEntry] = {}
        self._provisional: dict[str, Cell] = {}
        self._round = 0
        self._full = False
        self._broken = False
        self._entered = 0
        environment = circumstances(config.requests) | {"pinned": pinned}
        environment["packages"] |= {each: found for each in PACKAGES if (found := version_of(each))}
        self._about = RunAbout(
            name=folder.name, time=timestamp(), environment=typed(environment, RunEnvironment), missing=()
        )

    def _asked(self) -> dict[str, Setting]:
        """Return the configuration without what does not hold: of somebody else's server no latency is known."""
        config = self._config
        foreign = {} if config.mock else dict.fromkeys(("profile", "tokens", "fault", "mock_workers"))
        return asdict(config) | {"results": None, "file": config.file.name if config.file else None} | foreign

    @property
    def scenario(self) -> str:
        """What the cells are about: the example service, or a locustfile by its name."""
        file = self._config.file
        if file is None:
            return SCENARIO
        return "".join(each if each.isalnum() or each in "-_" else "-" for each in file.stem) or "locustfile"

    def _question(self) -> str:
        config = self._config
        if config.file:
            question = f"What do the users of {config.file.name} wait for?"
        elif config.direct:
            question = "How long do users wait for the LLM server itself, with no service between?"
        else:
            question = registry.help_text("overlap.scenarios", "overlap.scenarios.service")
        return f"{question} ({how(config, self._changes)})"

    def begin(self, number: int) -> None:
        """Take the calls that come from now on for those of round *number*."""
        self._round = number

    def resize(self, users: int) -> None:
        """Note that *users* take part: at Locust's page somebody chooses anew."""
        self._config = replace(self._config, users=max(1, users))

    def keep(self, tally: Tally) -> None:
        """
        Write the calls of the test that goes on to a provisional file: those that have ended since the last time.

        Raises `Unwritten` if there is no room for them; what was written before stays, and no more is written.
        """
        calls = [] if self._full else tally.fresh()
        if not calls:
            return
        endpoints = {call.cell for call in calls}
        cells = {each: self._cell_of(each or UNSENT, tally.users) for each in endpoints}
        fresh = {cell.id: cell for cell in cells.values() if cell.id not in self._provisional}
        try:
            if fresh:
                self._provisional |= fresh
                self.state("running")
            self._writer.provisional(replace(call, cell=cells[call.cell].id, round=self._round) for call in calls)
        except Unwritten:
            self._full = True
            raise

    def enter(self, test: EndedTest) -> None:
        """
        Write down a test that is over, in place of its provisional calls.

        Raises `Unwritten` if there is no room for it; its provisional calls stay on file then, and count.
        """
        try:
            self._enter(test)
        except Unwritten:
            self._full = self._broken = True
            self._count_provisional()
            raise
        self._writer.settled()
        self._provisional.clear()
        self.state("running")

    def _count_provisional(self) -> None:
        """Count the calls that are on the provisional file alone, as a reader of the folder does."""
        places = {cell.id: cell.concurrency for cell in self._provisional.values()}
        left = read_unfinished(self.folder, places, self.calls)
        for slot in left.slots:
            made = [call for call in left.calls if (call.cell, call.round) == (slot.cell, slot.round)]
            self._add(slot, made)

    def _enter(self, test: EndedTest) -> None:
        tally, counts = test.tally, test.counts
        journal, brought = tally.whole(), tally.named()
        untagged = 0
        if journal and self._config.file:
            # A locustfile need not tag all of its calls: those cannot be joined, and nothing is wrong.
            tagged = tuple(each for each in journal.entries if each[0])
            untagged = len(journal.entries) - len(tagged)
            journal = replace(journal, entries=tagged) if tagged or not untagged else None
        self.balance.untagged += untagged
        if untagged:
            self.remark(remarks.untagged(untagged, nothing=journal is None))
        joined, strays = join(brought, journal) if journal else (brought, 0)
        by_endpoint: defaultdict[str, list[Call]] = defaultdict(list)
        for call in joined:
            by_endpoint[call.cell].append(call)
        self._changes = tally.changes
        alone = len(by_endpoint) == 1
        # Of a server that died it is not known what it would still have told.
        told = journal is not None and not tally.journal_lost
        own = untagged > 0
        for place, (endpoint, calls) in enumerate(sorted(by_endpoint.items())):
            cell = self._cell(endpoint, tally.users if alone else max(1, in_flight(calls)))
            made = [replace(call, cell=cell.id, round=self._round) for call in calls]
            known = sum(len(call.served) for call in made)
            slot = Slot(
                cell=cell.id,
                round=self._round,
                position=self._entered,
                made=_handed_over(made, None if counts is None else counts.get(endpoint, {})),
                started=all_there(made, cell.concurrency, test.began),
                ended=test.ended,
                # Locust's processes work for all endpoints alike; each is given its part of the calls.
                cpu=None if test.cpu is None else round(test.cpu * len(calls) / len(joined)),
                # The server counts what is in flight for all endpoints together: of one in a mix it is not known.
                peak=tally.peak if told and alone else None,
                connections=tally.connections if told and alone else None,
                requests=known if journal else None,
                unjoined=(strays if place == 0 else 0) if journal else None,
                dropped=(tally.dropped if place == 0 else 0) if journal else None,
                steal=tally.taken.steal,
                foreign=tally.taken.foreign,
                untold=unjoined(made) if own or (journal and tally.journal_lost) else None,
                untagged=(untagged if place == 0 else 0) if own else None,
            )
            self._writer.slot(slot, made)
            self._entered += 1
            self._add(slot, made)
        self.due += tally.due
        self.sent += tally.due - tally.unsent
        self._note_lost(tally)
        self._broken = self._broken or counts is None
        for sentence in remarks.of_test(test, joined, open_loop=self._config.schedule() is not None):
            self.remark(sentence)

    def _add(self, slot: Slot, made: list[Call]) -> None:
        warm = sum(1 for call in made if call.warmup)
        self.balance.journal = slot.requests is not None
        self.balance.add(
            slot.made + warm, made, slot.unjoined or 0, slot.dropped or 0, own=slot.untold is not None
        )
        self.calls += made

    def _note_lost(self, tally: Tally) -> None:
        for process, requests in sorted(tally.lost().items()):
            self.note(
                f"{requests} calls were lost with Locust process {process}: the server saw them, no process told"
            )

    def note(self, sentence: str) -> None:
        """Note what is wrong with this run: it fails by it."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def remark(self, sentence: str) -> None:
        """Remark what a reader must know to read this run rightly."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def _cell(self, endpoint: str, users: int) -> Cell:
        """Return the cell of *endpoint*, and have it in run.json."""
        cell = self._cell_of(endpoint, users)
        self._cells[cell.id] = self._planned(cell)
        return cell

    def _planned(self, cell: Cell) -> CellEntry:
        tokens = self._config.tokens if self._config.mock else None
        return CellEntry(**asdict(cell), rounds=self._config.rounds, tokens=tokens)

    def _cell_of(self, endpoint: str, users: int) -> Cell:
        config = self._config
        client = "direct" if config.direct else "service" if config.file or config.host else config.framework
        loop = config.loop if client == config.framework else "gevent"
        # A user of somebody's own is named by its path; a cell's name has slashes of its own.
        strategy = endpoint.strip("/").replace("/", ".") or "root"
        profile = config.profile if config.mock else ""
        arrivals = config.schedule()
        short = arrivals.short if arrivals else ""
        return Cell(self.scenario, client, strategy, loop, users, profile, arrivals=short)

    @property
    def counted(self) -> list[Call]:
        """All calls that were made or due, without warm-up."""
        return [call for call in self.calls if not call.warmup]

    @property
    def failed(self) -> int:
        """How many calls failed, those that were due and never sent among them."""
        return sum(1 for call in self.counted if call.failed)

    def state(self, state: str, reason: str | None = None, **judged: Any) -> None:
        """Write run.json anew: running, finished, interrupted or failed; *judged* are fields of `LoadNotes`."""
        calls, limits = self.counted, self._config.limits()
        load = LoadNotes(
            loop=how(self._config, self._changes),
            calls=len(calls),
            # How many were due, and how many of them were sent, is told at the end of a test.
            due=None if self._broken else self.due or None,
            sent=self.sent if self.due and not self._broken else None,
            failed=self.failed,
            left=sum(1 for call in calls if call.error == LEFT),
            cut=sum(1 for call in calls if call.error == STOPPED),
            failures=dict(Counter(str(call.error) for call in calls if call.failed)),
            notes=tuple(self.notes),
            remarks=tuple(self.remarks),
            **judged,
        )
        notes = ScenarioNotes(question=self._question(), slo=dict(limits.each) if limits else None)
        provisional = {name: self._planned(cell) for name, cell in self._provisional.items()}
        self._writer.about(
            msgspec.structs.replace(
                self._about,
                config=self._asked(),
                scenarios={self.scenario: notes},
                slots=self._entered,
                state=state,
                reason=reason,
                load=load,
                entered=self._entered,
                balance=self.balance.on_file(),
                cells=tuple((provisional | self._cells).values()),
            )
        )


def _handed_over(calls: Sequence[Call], counts: Mapping[str, int] | None) -> int:
    """Return how many *calls* users made, by Locust's own *counts*; if there are none, how many are known."""
    unsent = sum(1 for call in calls if call.error == NOT_STARTED)
    if counts is None:
        return sum(1 for call in calls if not call.warmup)
    return counts.get("E2E", 0) + unsent


def how(config: LoadConfig, changes: Sequence[tuple[int, int]] = ()) -> str:
    """
    Label the load: a closed loop's latencies are those of users who wait for one another's answers.

    *changes* are the numbers of users that there were, and since when, where somebody has changed them.
    """
    arrivals = config.schedule()
    if arrivals is None:
        users = ", then ".join(str(number) for _, number in changes) if len(changes) > 1 else str(config.users)
        return f"closed loop, {users} users: each sends its next call when the last has come back"
    return f"open loop, arrivals {arrivals.short}: calls are timed from when they were due"
