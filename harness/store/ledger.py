"""A run's folder while the run goes on: what was asked, what was measured, what is missing, and its state."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import msgspec

from overlap.harness.host import secrets, timestamps
from overlap.harness.host.environment import circumstances
from overlap.harness.host.timestamps import timestamp
from overlap.harness.model import slo
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import UNTRIED, Call, Cell, Slot
from overlap.harness.store import unfinished
from overlap.harness.store.books import Balance, BooksOnFile
from overlap.harness.store.entries import Setting, as_json
from overlap.harness.store.run_about import (
    Calibration,
    CellEntry,
    CutShort,
    EndpointUse,
    MissingSlot,
    RunAbout,
    RunEnvironment,
    ScenarioNotes,
)
from overlap.harness.store.run_files import Writer
from overlap.harness.store.search_entry import SearchEntry
from overlap.harness.store.typed import typed
from overlap.harness.text.mistakes import Mistake


def fresh(results: Path, name: str) -> Path:
    """Make a new folder `<time>-<name>` in *results*. Raises `Mistake` where nothing can be written."""
    stem = f"{timestamps.stem()}-{name}"
    try:
        results.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            folder = results / (stem if number == 1 else f"{stem}-{number}")
            if not folder.exists():
                folder.mkdir()
                return folder
    except OSError as wrong:
        raise Mistake(f"cannot write to {results}: {wrong.strerror}") from wrong
    raise Mistake(f"cannot write to {results}: it has a thousand runs of this second")


@contextmanager
def begun(folder: Path) -> Iterator[None]:
    """Take *folder* away again where a run fails before anything is measured: it holds nothing but empty files."""
    try:
        yield
    except BaseException:
        files = (folder / "slots.jsonl", folder / unfinished.NAME)
        measured = any(file.exists() and file.stat().st_size for file in files)
        if not measured and not (folder / "diagnosis.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def point_latest(folder: Path) -> str | None:
    """
    Let `latest` beside *folder* point at it, and return a sentence where that cannot be done.

    A file or a folder of the user's own that is called `latest` is left alone.
    """
    link = folder.parent / "latest"
    part = folder.parent / ".latest.part"
    if link.exists() and not link.is_symlink():
        return f"{link} is no link, so it is left as it is; the newest run is {folder}"
    try:
        part.unlink(missing_ok=True)
        part.symlink_to(folder.name)
        part.replace(link)
    except OSError as wrong:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return f"{link} cannot be made ({wrong.strerror}); the newest run is {folder}"
    return None


def _settings(config: RunConfig, titles: Sequence[str]) -> dict[str, Setting]:
    """Return *config* for the file: without folders, whose names may be a person's, and without secrets."""
    scenarios = tuple(titles) if config.scenarios else ()
    inputs = config.inputs.name if config.inputs else None
    server = secrets.masked(config.server) if config.server else None
    hidden = {"results": None, "python": None}
    return {**asdict(config), **hidden, "scenarios": scenarios, "inputs": inputs, "server": server}


class Ledger:
    """Writes a run down as it happens; `balance` says at any time whether the books balance."""

    def __init__(self, config: RunConfig, folder: Path, writer: Writer, questions: dict[str, str]) -> None:
        self._writer = writer
        limits = dict(slo.read(config.slo).limits) if config.slo else None
        self._about = RunAbout(
            name=folder.name,
            time=timestamp(),
            config=_settings(config, list(questions)),
            environment=typed(circumstances(config.executor), RunEnvironment),
            scenarios={name: ScenarioNotes(question=text, slo=limits) for name, text in questions.items()},
        )
        self._missing: list[MissingSlot] = []
        self._kinds: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
        self.balance = Balance()
        self.entered = 0
        self.folder = folder

    def _keep(self, **entries: object) -> None:
        """Keep *entries* of run.json for the next `state`."""
        self._about = msgspec.structs.replace(self._about, **entries)

    def plan(self, planned: Sequence[Planned], slots: int, *, pinned: bool) -> None:
        """Write down what is going to be measured."""
        self._keep(cells=tuple(map(_entry, planned)), slots=slots)
        self.measured_under({"pinned": pinned})
        self.state("running")

    def measured_under(self, installed: Mapping[str, object]) -> None:
        """Keep for the next `state` what the workers' environment is, which is not this process's."""
        self._keep(environment=typed({**as_json(self._about.environment), **installed}, RunEnvironment))

    def cut_short(self, rounds: int, slots: int) -> None:
        """Keep for the next `state` how much was not begun since the time that was given was up."""
        if rounds:
            self._keep(cut_short=CutShort(rounds=rounds, slots=slots))

    def calibrated(self, calibration: Calibration) -> None:
        """Write down what the calibration found."""
        self._keep(calibration=calibration)
        self.state("running")

    def noted(self, key: str, sentences: Mapping[str, Sequence[str]]) -> None:
        """Keep for the next `state`, under *key*, the *sentences* on applications, by their name."""
        scenarios = dict(self._about.scenarios or {})
        for name, each in sentences.items():
            scenarios[name] = msgspec.structs.replace(self._about.scenario(name), **{key: tuple(each)})
        self._keep(scenarios=scenarios)

    def visited(self, endpoint: EndpointUse) -> None:
        """Keep for the next `state` what a real endpoint has been sent so far."""
        self._keep(endpoint=endpoint)

    def searched(self, search: SearchEntry) -> None:
        """Keep for the next `state` what an SLO search asked for, tried and found."""
        self._keep(search=search)

    @property
    def uncalibrated(self) -> list[str]:
        """What went wrong with the calibration, one sentence each; empty where nothing did."""
        calibration = self._about.calibration or Calibration()
        balance = calibration.balance or BooksOnFile()
        faults = (calibration.fault,) if calibration.fault else balance.faults or ()
        return [f"calibration: {fault}" for fault in faults]

    def enter(self, slot: Slot, calls: list[Call], asked: int) -> None:
        """Write one slot with its calls; *asked* is how many it was told to make, warm-up and all."""
        self._writer.slot(slot, calls)
        self._kinds[slot.cell].update(call.error for call in calls if not call.warmup)
        self.entered += 1
        self.balance.journal = slot.requests is not None
        self.balance.add(asked, calls, slot.unjoined or 0, slot.dropped or 0, own=slot.untold is not None)
        self.balance.untagged += slot.untagged or 0

    def all_failed(self, meant: Collection[str] = (), *, by_cell: bool = True) -> list[str]:
        """
        Say of the whole run, or of each cell, that every call failed; empty where that is not so.

        The cells whose id is in *meant* are left out: their calls are meant to fail.
        """
        kinds = {cell: errors for cell, errors in self._kinds.items() if cell not in meant and errors.total()}
        failed = {cell: errors for cell, errors in kinds.items() if not errors[None]}
        if failed and len(failed) == len(kinds):
            return [f"every call failed: {_of(sum(failed.values(), Counter()))}"]
        return [f"{cell}: every call failed: {_of(errors)}" for cell, errors in failed.items()] if by_cell else []

    def missing(self, cell: Cell, number: int, reason: str) -> None:
        """Note a slot that gave nothing, and why."""
        self._missing.append(MissingSlot(cell=cell.id, round=number, reason=reason))

    def state(self, state: str, reason: str | None = None) -> None:
        """Write run.json anew: running, finished, interrupted or failed."""
        self._keep(state=state, reason=reason, missing=tuple(self._missing), entered=self.entered)
        self._keep(balance=self.balance.on_file())
        self._writer.about(self._about)

    @property
    def reasons(self) -> list[str]:
        """Why slots are missing, each reason once, with the first cell it struck."""
        seen: dict[str, str] = {}
        for each in self._missing:
            if each.reason != UNTRIED:
                seen.setdefault(str(each.reason), str(each.cell))
        untried = sum(each.reason == UNTRIED for each in self._missing)
        more = (
            [f"{untried} {'slot was' if untried == 1 else 'slots were'} not tried after that"] if untried else []
        )
        return [*(f"{cell}: {reason}" for reason, cell in seen.items()), *more]


def _entry(planned: Planned) -> CellEntry:
    """Return what run.json has of a cell that is going to be measured."""
    return CellEntry(
        **asdict(planned.cell),
        calls=planned.calls,
        rounds=planned.rounds,
        tokens=planned.tokens,
        server=tuple(planned.server),
    )


def _of(kinds: "Counter[str | None]") -> str:
    """Write how many calls failed, and how most of them did."""
    kind, number = kinds.most_common(1)[0]
    most = "" if number == kinds.total() else f" in {number:,} of them"
    return f"{kinds.total():,} of {kinds.total():,}, {kind}{most}"
