"""A load run's folder, in the format of every run, so that report, comparison and gate read it alike."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from overlap.harness import registry
from overlap.harness.host.environment import circumstances, version_of
from overlap.harness.host.timestamps import timestamp
from overlap.harness.load import remarks
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.live_stats import Tally
from overlap.harness.mock.join import join
from overlap.harness.model.record import LEFT, STOPPED, Call, Cell, Slot
from overlap.harness.stats.throughput import in_flight
from overlap.harness.store.books import Balance
from overlap.harness.store.run_files import Writer
from overlap.harness.worker.open_loop import NOT_STARTED

SCENARIO = "scenarios.service"
PACKAGES = ("locust", "gevent", "fastapi", "starlette", "uvicorn", "websockets", "django")


class Book:
    """Writes one load run down, test by test; `balance` says whether the books balance."""

    def __init__(self, config: LoadConfig, folder: Path, writer: Writer, *, pinned: bool) -> None:
        self._config, self._writer, self.folder = config, writer, folder
        self.balance = Balance()
        self.notes: list[str] = []
        self.remarks: list[str] = []
        self.calls: list[Call] = []
        self.due = self.sent = 0
        self._changes: list[tuple[int, int]] = []
        self._cells: dict[str, dict[str, Any]] = {}
        self._entered = 0
        environment = circumstances(config.requests) | {"pinned": pinned}
        environment["packages"] |= {each: found for each in PACKAGES if (found := version_of(each))}
        self._facts: dict[str, Any] = {
            "name": folder.name,
            "time": timestamp(),
            "config": self._asked(),
            "environment": environment,
        }

    def _asked(self) -> dict[str, Any]:
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

    def _slo(self) -> dict[str, Any]:
        found = self._config.limits()
        return {"slo": dict(found.each)} if found else {}

    def enter(self, tally: Tally, number: int, span: tuple[int, int], locust: dict[str, Any], cpu: int) -> None:
        """Write down the test that *tally* has, as round *number*; *locust* has Locust's own counts."""
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
        joined, unjoined = join(brought, journal) if journal else (brought, 0)
        by_endpoint: defaultdict[str, list[Call]] = defaultdict(list)
        for call in joined:
            by_endpoint[call.cell].append(call)
        self._changes = tally.changes
        alone = len(by_endpoint) == 1
        for place, (endpoint, calls) in enumerate(sorted(by_endpoint.items())):
            cell = self._cell(endpoint, tally.users if alone else max(1, in_flight(calls)))
            made = [replace(call, cell=cell.id, round=number) for call in calls]
            unsent = sum(1 for call in made if call.error == NOT_STARTED)
            counted = locust.get(endpoint, {}).get("E2E", 0) + unsent
            known = sum(len(call.served) for call in made)
            slot = Slot(
                cell=cell.id,
                round=number,
                position=self._entered,
                made=counted,
                started=_all_there(made, cell.concurrency, span[0]),
                ended=span[1],
                # Locust's processes work for all endpoints alike; each is given its part of the calls.
                cpu=round(cpu * len(calls) / len(joined)),
                # The server counts what is in flight for all endpoints together: of one in a mix it is not known.
                peak=tally.peak if journal and alone else None,
                connections=tally.connections if journal and alone else None,
                requests=known if journal else None,
                unjoined=(unjoined if place == 0 else 0) if journal else None,
                dropped=(tally.dropped if place == 0 else 0) if journal else None,
                steal=tally.taken.steal,
                foreign=tally.taken.foreign,
            )
            self._writer.slot(slot, made)
            self._entered += 1
            self._add(slot, made, own=untagged > 0)
        self.due += tally.due
        self.sent += tally.due - tally.unsent
        self._note_lost(tally)
        for sentence in remarks.of_test(tally, joined, open_loop=self._config.schedule() is not None):
            self.remark(sentence)
        self.state("running")

    def _add(self, slot: Slot, made: list[Call], *, own: bool) -> None:
        warm = sum(1 for call in made if call.warmup)
        self.balance.journal = slot.requests is not None
        self.balance.add(slot.made + warm, made, slot.unjoined or 0, slot.dropped or 0, own=own)
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
        config = self._config
        client = "direct" if config.direct else "service" if config.file or config.host else config.framework
        loop = config.loop if client == config.framework else "gevent"
        # A user of somebody's own is named by its path; a cell's name has slashes of its own.
        strategy = endpoint.strip("/").replace("/", ".") or "root"
        profile = config.profile if config.mock else ""
        arrivals = config.schedule()
        cell = Cell(
            self.scenario, client, strategy, loop, users, profile, arrivals=arrivals.short if arrivals else ""
        )
        tokens = config.tokens if config.mock else None
        self._cells[cell.id] = {**asdict(cell), "rounds": config.rounds, "tokens": tokens}
        return cell

    @property
    def counted(self) -> list[Call]:
        """All calls that were made or due, without warm-up."""
        return [call for call in self.calls if not call.warmup]

    @property
    def failed(self) -> int:
        """How many calls failed, those that were due and never sent among them."""
        return sum(1 for call in self.counted if call.failed)

    def state(self, state: str, reason: str | None = None, **more: Any) -> None:
        """Write run.json anew: running, finished, interrupted or failed."""
        calls = self.counted
        load = {
            "loop": how(self._config, self._changes),
            "calls": len(calls),
            "due": self.due or None,
            "sent": self.sent if self.due else None,
            "failed": self.failed,
            "left": sum(1 for call in calls if call.error == LEFT),
            "cut": sum(1 for call in calls if call.error == STOPPED),
            "failures": dict(Counter(call.error for call in calls if call.failed)),
            "notes": self.notes,
            "remarks": self.remarks,
            **more,
        }
        self._facts |= {"state": state, "reason": reason, "missing": [], "load": load}
        self._facts |= {"slots": self._entered, "entered": self._entered}
        self._facts["scenarios"] = {self.scenario: {"question": self._question(), **self._slo()}}
        self._facts["balance"] = self.balance.to_json()
        self._writer.about(self._cells.values(), self._facts)


def _all_there(calls: Sequence[Call], users: int, began: int) -> int:
    """
    Answer when about all users were there: the start that filled the last place.

    Users are started one by one, and a slot's time counts from when a place could have been used.
    """
    starts = sorted(call.sent for call in calls if not call.warmup)
    return starts[min(users, len(starts)) - 1] if starts else began


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
