"""A load run's folder, in the format of every run, so that report, comparison and gate read it alike."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import localtime, strftime
from typing import Any

from harness import registry
from harness.balance import Balance
from harness.environment import circumstances
from harness.load.config import LoadConfig
from harness.load.tally import Tally
from harness.record import Call, Cell, Slot
from harness.stats.throughput import in_flight
from harness.store import Writer
from harness.truth import join

SCENARIO = "scenarios.service"
PACKAGES = ("locust", "gevent", "fastapi", "starlette", "uvicorn", "websockets", "django")


class Book:
    """Writes one load run down, test by test; `balance` says whether the books balance."""

    def __init__(self, config: LoadConfig, folder: Path, writer: Writer, *, pinned: bool) -> None:
        self._config, self._writer, self.folder = config, writer, folder
        self.balance = Balance()
        self.notes: list[str] = []
        self.calls: list[Call] = []
        self._cells: dict[str, dict[str, Any]] = {}
        self._entered = 0
        environment = circumstances(config.requests) | {"pinned": pinned}
        environment["packages"] |= {each: found for each in PACKAGES if (found := _version(each))}
        self._facts: dict[str, Any] = {
            "name": folder.name,
            "time": strftime("%Y-%m-%dT%H:%M:%S%z", localtime()),
            "config": asdict(config) | {"results": None, "file": config.file.name if config.file else None},
            "environment": environment,
            "scenarios": {SCENARIO: {"question": self._question(), **self._slo()}},
        }

    def _question(self) -> str:
        asked = registry.help_text(*SCENARIO.split("."))
        return f"{asked} ({how(self._config)})"

    def _slo(self) -> dict[str, Any]:
        found = self._config.limits()
        return {"slo": dict(found.each)} if found else {}

    def enter(self, tally: Tally, number: int, span: tuple[int, int], locust: dict[str, Any], cpu: int) -> None:
        """Write down the test that *tally* has, as round *number*; *locust* has Locust's own counts."""
        journal = tally.whole()
        joined, unjoined = join(tally.calls, journal) if journal else (tally.calls, 0)
        by_endpoint: defaultdict[str, list[Call]] = defaultdict(list)
        for call in joined:
            by_endpoint[call.cell].append(call)
        for place, (endpoint, calls) in enumerate(sorted(by_endpoint.items())):
            cell = self._cell(endpoint, tally.users if len(by_endpoint) == 1 else in_flight(calls))
            made = [replace(call, cell=cell.id, round=number) for call in calls]
            counted = locust.get(endpoint, {}).get("E2E", 0)
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
                peak=tally.peak if journal else None,
                connections=tally.connections if journal else None,
                requests=known if journal else None,
                unjoined=(unjoined if place == 0 else 0) if journal else None,
                dropped=(tally.dropped if place == 0 else 0) if journal else None,
                steal=tally.taken.steal,
                foreign=tally.taken.foreign,
            )
            self._writer.slot(slot, made)
            self._entered += 1
            self._add(slot, made)
        self._note_lost(tally)
        self.state("running")

    def _add(self, slot: Slot, made: list[Call]) -> None:
        warm = sum(1 for call in made if call.warmup)
        self.balance.journal = slot.requests is not None
        self.balance.add(slot.made + warm, made, slot.unjoined or 0, slot.dropped or 0)
        self.calls += made

    def _note_lost(self, tally: Tally) -> None:
        for process, requests in sorted(tally.lost().items()):
            self.note(
                f"{requests} calls were lost with Locust process {process}: the server saw them, no process told"
            )

    def note(self, sentence: str) -> None:
        """Note what a reader must know of this run."""
        self.notes.append(sentence)

    def _cell(self, endpoint: str, users: int) -> Cell:
        config = self._config
        client = "direct" if config.direct or config.file or config.host else config.framework
        loop = config.loop if client == config.framework else "gevent"
        # A user of somebody's own is named by its path; a cell's name has slashes of its own.
        strategy = endpoint.strip("/").replace("/", ".") or "root"
        cell = Cell(SCENARIO, client, strategy, loop, users, config.profile)
        self._cells[cell.id] = {**asdict(cell), "rounds": config.rounds, "tokens": config.tokens}
        return cell

    def state(self, state: str, reason: str | None = None, **more: Any) -> None:
        """Write run.json anew: running, finished, interrupted or failed."""
        failures = Counter(call.error for call in self.calls if call.error)
        load = {"loop": how(self._config), "failures": dict(failures), "notes": self.notes, **more}
        self._facts |= {"state": state, "reason": reason, "missing": [], "load": load}
        self._facts |= {"slots": self._entered, "entered": self._entered}
        self._facts["balance"] = self.balance.to_json()
        self._writer.about(self._cells.values(), self._facts)


def _all_there(calls: Sequence[Call], users: int, began: int) -> int:
    """
    Answer when about all users were there: the start that filled the last place.

    Users are started one by one, and a slot's time counts from when a place could have been used.
    """
    starts = sorted(call.sent for call in calls if not call.warmup)
    return starts[min(users, len(starts)) - 1] if starts else began


def how(config: LoadConfig) -> str:
    """Label the load: a closed loop's latencies are those of users who wait for one another's answers."""
    arrivals = config.schedule()
    if arrivals is None:
        return f"closed loop, {config.users} users: each sends its next call when the last has come back"
    return f"open loop, arrivals {arrivals.short}: calls are timed from when they were due"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
