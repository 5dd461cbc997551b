"""
A run's folder: `run.json`, `slots.jsonl` and `calls.jsonl`, written as it is measured, read back whole.

A line that cannot be read is counted and left out, never a reason to lose the rest: a run that was stopped in
the middle of a line is still a run. What is read is held against its checksums and against run.json (`audit`).
"""

import dataclasses
import errno
import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import orjson

from overlap.harness.host.input_files import checked
from overlap.harness.model.plausible import impossible_cell
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.store import audit, checksums, unfinished
from overlap.harness.store.appending import append, opened
from overlap.harness.store.entries import as_json
from overlap.harness.store.json_records import call_from, cell_from, line, served_from, slot_from
from overlap.harness.store.run_about import CellEntry, RunAbout, about_from
from overlap.harness.store.typed import typed
from overlap.harness.text.mistakes import Mistake

__all__ = [
    "FORMAT",
    "Run",
    "Unreadable",
    "Unwritten",
    "Writer",
    "call_from",
    "cell_from",
    "line",
    "read",
    "replace",
    "room",
    "served_from",
    "slot_from",
]

# The version of the files. Raised whenever old and new results can no longer be laid side by side.
# 1: the first. Every round drew the same latencies.
# 2: each round draws its own. `cpu` is without the heartbeat's and with the children's, `steal` of the cores used;
#    calls may be `together`. There are checksums, and a slot says how many lines of calls.jsonl are its own.
FORMAT = 2
SEALED = 2
"""The first format that has checksums."""
TOGETHER = 2
"""The first format that says which calls were handed over in one go."""

RESERVE, MORE = ".reserve", 8192
"""
The file that keeps room for run.json while a run goes on, and how many bytes it may grow by until the end: why it
ended, and which slots are missing.
"""


class Unwritten(Mistake):
    """There is no room, or no right, to write what was measured; the message says where, `why` only why."""

    def __init__(self, folder: Path, wrong: OSError) -> None:
        super().__init__(f"cannot write to {folder}: {wrong.strerror}")
        self.why = f"what was measured cannot be written any more: {wrong.strerror}"


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Raise `Unwritten` where something cannot be written to *folder*."""
    try:
        yield
    except OSError as wrong:
        raise Unwritten(folder, wrong) from wrong


class Unreadable(Exception):
    """A folder that holds no run, or one written by a newer Overlap; the message says which."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Run:
    """
    Everything known about one run; `about` is run.json, `damaged` counts unreadable lines.

    `faults` says what of its files does not count, or does not fit, one sentence each. `unfinished` of the calls
    are of a test that did not come to its end. `going`: the process that measures it still runs.

    A run is itself and equal to no other, so that what is worked out of its calls can be kept beside it.
    """

    folder: Path
    about: RunAbout
    cells: tuple[Cell, ...]
    slots: tuple[Slot, ...]
    calls: tuple[Call, ...]
    damaged: int = 0
    faults: tuple[str, ...] = ()
    unfinished: int = 0
    going: bool = False

    @property
    def unended(self) -> str | None:
        """Say that the run did not come to its end, or a test of it; None if there is nothing to say."""
        return unfinished.sentence(self.about.state, self.unfinished, going=self.going)

    @property
    def sealed(self) -> bool:
        """Whether its files have checksums; runs from before format 2 have none."""
        return self.about.sum is not None or (self.about.format or FORMAT) >= SEALED

    @property
    def name(self) -> str:
        """The folder's name: time and name of the run, also where it was read through the link `latest`."""
        return self.folder.resolve().name


def slot_line(slot: Slot, lines: Iterable[bytes]) -> bytes:
    """Return the line of *slot*, with the number and the checksum of the *lines* of its calls, and its own."""
    count = checksum = 0
    for each in lines:
        count, checksum = count + 1, checksums.added_up(each, checksum)
    raw = line(slot).rstrip()
    return checksums.sealed_line(
        raw[:-1] + f',"lines":{count},"calls_sum":"{checksums.written(checksum)}"}}'.encode()
    )


@dataclass
class Writer:
    """Appends to a run's folder, slot by slot, so that what was measured outlives the process."""

    folder: Path
    _slots: int = field(init=False)
    _calls: int = field(init=False)
    _reserved: int = field(init=False, default=0)
    _unfinished: unfinished.UnfinishedFile = field(init=False)

    def __enter__(self) -> Self:
        """Make the folder and its files; raises `Unwritten` where that is not possible."""
        with room(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._slots, self._calls = (opened(self.folder / name) for name in ("slots.jsonl", "calls.jsonl"))
        # So that a reader can tell a run that goes on from one that was killed.
        with suppress(OSError):
            fcntl.flock(self._slots, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._unfinished = unfinished.UnfinishedFile(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._slots)
        os.close(self._calls)
        self._unfinished.close()
        self._release()

    def about(self, about: RunAbout) -> None:
        """
        Write run.json: *about*, and the format's version.

        Room for another one is set aside, so that how a run ended can be written where the disk is full by then.
        Raises `Unwritten` where there is no room.
        """
        written = msgspec.structs.replace(about, format=FORMAT)
        content = checksums.sealed(orjson.dumps(written, default=as_json))
        with room(self.folder):
            try:
                replace(self.folder / "run.json", content)
                self._reserve(len(content) + MORE)
            except OSError:
                if not self._reserved:
                    raise
                self._release()
                replace(self.folder / "run.json", content)

    def _reserve(self, size: int) -> None:
        if size > self._reserved:
            replace(self.folder / RESERVE, bytes(size))
            self._reserved = size

    def _release(self) -> None:
        self._reserved = 0
        with suppress(OSError):
            (self.folder / RESERVE).unlink(missing_ok=True)

    def slot(self, slot: Slot, calls: Iterable[Call]) -> None:
        """
        Append one slot and its calls; the calls first, so that a slot on file has all of its calls.

        Raises `Unwritten` where there is no room: then neither is on file, not even in part.
        """
        lines = [line(call) for call in calls]
        with room(self.folder):
            end = append(self._calls, b"".join(lines))
            try:
                append(self._slots, slot_line(slot, lines))
            except OSError:
                os.ftruncate(self._calls, end)
                raise

    def provisional(self, calls: Iterable[Call]) -> None:
        """
        Append *calls* of a slot that has not ended; raises `Unwritten` if there is no room for all of them.

        They count until `settled` says that their slot is on file.
        """
        with room(self.folder):
            self._unfinished.append(calls)

    def settled(self) -> None:
        """Remove the calls that were `provisional`: their slot is on file now."""
        self._unfinished.discard()


def replace(path: Path, content: bytes) -> None:
    """Write *path* in one step: a reader sees the old file or the new one, never half of it."""
    if not path.name:  # `.` or `/`
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    # Two processes that write the same file would write into one another's, but for the process's own name in it.
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except BaseException:  # Ctrl-C leaves no half of it behind, either
        with suppress(OSError):
            fresh.unlink()
        raise


def read(folder: Path) -> Run:
    """
    Read a run back from its folder; `faults` says what of it does not count, or does not fit.

    Raises `Unreadable` where there is no run.json to be understood. Calls of slots that were never finished
    are left out, since nothing says how long their slot took.
    """
    try:
        facts = orjson.loads(checked(folder / "run.json").read_bytes())
        if not isinstance(facts, dict) or type(facts.get("format")) is not int:
            raise Unreadable(f"{folder}/run.json is not a run of Overlap")
        if facts["format"] > FORMAT:
            raise Unreadable(f"{folder} has format {facts['format']}; this Overlap reads up to {FORMAT}")
        cells = typed(facts["cells"], list[Cell], "cells")
    except Mistake as wrong:
        there = (folder / "run.json").exists()
        raise Unreadable(str(wrong) if there else _instead(folder)) from None
    except OSError as wrong:
        raise Unreadable(f"{folder}/run.json cannot be read: {wrong.strerror}") from wrong
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise Unreadable(f"{folder}/run.json cannot be read: {wrong}") from wrong
    sealed = facts["format"] >= SEALED or checksums.KEY in facts
    faults = [] if not sealed or checksums.is_whole(facts) else ["run.json changed since it was written"]
    about, misfits = about_from(facts)
    faults += misfits
    about, kept = _kept(about, cells, faults)
    places = {cell.id: cell.concurrency for cell in kept}
    content = audit.content(folder, about, audit.ids(kept, about), sealed=sealed, places=places)
    calls = content.calls if facts["format"] >= TOGETHER else _together(content.calls)
    whole = Run(folder, about, tuple(kept), content.slots, calls, content.damaged, (*faults, *content.faults))
    return dataclasses.replace(whole, unfinished=content.unfinished, going=_going(folder))


def _going(folder: Path) -> bool:
    """Return whether the process that measures the run in *folder* still runs: it holds a lock until it ends."""
    try:
        file = os.open(folder / "slots.jsonl", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False


def _together(calls: Sequence[Call]) -> tuple[Call, ...]:
    """
    Mark the calls that were handed over in one go, as files of format 1 do not.

    They share the very nanosecond of their start, which no two calls do that are begun one after the other.
    """
    starts = Counter(map(_start, calls))
    return tuple(dataclasses.replace(call, together=starts[_start(call)] > 1) for call in calls)


def _start(call: Call) -> tuple[str, int, bool, int]:
    return call.cell, call.round, call.warmup, call.sent


def _kept(about: RunAbout, cells: list[Cell], faults: list[str]) -> tuple[RunAbout, list[Cell]]:
    """Return the *cells* that can be, each once, and *about* with these alone; tell of the others in *faults*."""
    kept: dict[str, tuple[Cell, CellEntry]] = {}
    for cell, entry in zip(cells, about.cells or [CellEntry()] * len(cells), strict=True):
        if why := impossible_cell(cell):
            faults.append(f"run.json: the cell {cell.id} has {why}, and is left out")
        elif cell.id in kept:
            faults.append(f"run.json: the cell {cell.id} is there twice")
        else:
            kept[cell.id] = cell, entry
    entries = tuple(entry for _, entry in kept.values())
    return msgspec.structs.replace(about, cells=entries), [cell for cell, _ in kept.values()]


OTHERS = {
    "claims.json": "a run of claims",
    "diagnosis.json": "a diagnosis",
    "gate.json": "a run of the gate: overlap gate --replay FOLDER/gate.json judges it again",
}
"""What else leaves a folder in results, by its file."""


def _unended(file: Path) -> str:
    """Say that what is in *file* has not come to its end; "" where it has."""
    try:
        facts = orjson.loads(checked(file).read_bytes())
    except (OSError, Mistake, ValueError):
        return ", which cannot be read"
    going = isinstance(facts, dict) and facts.get("state") == "running"
    return ", which has not ended, or was killed" if going else ""


def _instead(folder: Path) -> str:
    """Say what is in a *folder* that has no run.json."""
    if not folder.exists():
        return f"there is no {folder}"
    for name, what in OTHERS.items():
        if (folder / name).exists():
            more = f"; its report is {folder / 'report.html'}" if (folder / "report.html").exists() else ""
            named = what.replace("FOLDER", str(folder))
            return f"{folder} holds no run.json but {named}{_unended(folder / name)}{more}"
    return f"{folder} holds no run.json"
