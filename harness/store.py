"""
A run's folder: `run.json`, `slots.jsonl` and `calls.jsonl`, written as it is measured, read back whole.

A line that cannot be read is counted and left out, never a reason to lose the rest: a run that was stopped in
the middle of a line is still a run.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import NoneType, TracebackType, UnionType
from typing import Any, BinaryIO, Self, TypeVar, get_args

import orjson

from harness.record import Call, Cell, Lag, Metered, Pauses, Queue, Served, Slot

# The version of the files. Raised whenever old and new results can no longer be laid side by side.
# 1: the first. Every round drew the same latencies.
# 2: each round draws its own. `cpu` is without the heartbeat's and with the children's, `steal` of the cores used;
#    calls may be `together`.
FORMAT = 2

Made = TypeVar("Made")
# The fields of a slot that are objects of their own.
_PARTS: dict[str, type[Lag | Pauses | Queue | Metered]] = {
    "lag": Lag,
    "offered": Lag,
    "gc": Pauses,
    "queue": Queue,
    "pool": Queue,
    "metered": Metered,
}


class Unreadable(Exception):
    """A folder that holds no run, or one written by a newer Overlap; the message says which."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Run:
    """
    Everything known about one run; `about` is run.json as it stands, `damaged` counts unreadable lines.

    A run is itself and equal to no other, so that what is worked out of its calls can be kept beside it.
    """

    folder: Path
    about: dict[str, Any]
    cells: tuple[Cell, ...]
    slots: tuple[Slot, ...]
    calls: tuple[Call, ...]
    damaged: int = 0

    @property
    def name(self) -> str:
        """The folder's name: time and name of the run."""
        return self.folder.name


def cell_from(fact: dict[str, Any]) -> Cell:
    """Make a `Cell` of its JSON object; keys this version does not know are left out."""
    return Cell(**_known(Cell, fact))


def slot_from(fact: dict[str, Any]) -> Slot:
    """Make a `Slot` of its JSON object."""
    known = _known(Slot, fact)
    for part, kind in _PARTS.items():
        known[part] = kind(**_known(kind, fact[part])) if fact.get(part) else None
    return Slot(**known)


def call_from(fact: dict[str, Any]) -> Call:
    """Make a `Call` of its JSON object."""
    known = _known(Call, fact)
    known["chunks"] = array("q", known.get("chunks") or ())
    known["served"] = tuple(served_from(entry) for entry in known.get("served") or ())
    return Call(**known)


def served_from(fact: dict[str, Any]) -> Served:
    """Make a `Served` of its JSON object, from calls.jsonl or from a server's journal."""
    known = _known(Served, fact)
    known["planned"] = array("q", known["planned"])
    known["written"] = array("q", known["written"])
    return Served(**known)


def _plain_kinds(kind: type) -> dict[str, tuple[type, ...] | None]:
    """Every field of *kind*, with the types it may have; None for those that are made of something else."""
    found: dict[str, tuple[type, ...] | None] = {}
    for each in fields(kind):
        allowed = get_args(each.type) if isinstance(each.type, UnionType) else (each.type,)
        # JSON writes 1.0 and 1 alike.
        allowed += (int,) if float in allowed else ()
        found[each.name] = allowed if {*allowed} <= {int, float, str, bool, NoneType} else None
    return found


# Worked out once, so that reading 100,000 calls does not ask the dataclass machinery each time.
_KINDS: dict[type, dict[str, tuple[type, ...] | None]] = {
    kind: _plain_kinds(kind) for kind in (Cell, Slot, Lag, Metered, Pauses, Queue, Call, Served)
}


def _known(kind: type, fact: dict[str, Any]) -> dict[str, Any]:
    """Take what *kind* knows from *fact*; raises TypeError for a value that would fail later, in some sum."""
    known = {}
    kinds = _KINDS[kind]
    for key, value in fact.items():
        if key in kinds:
            allowed = kinds[key]
            if allowed is not None and not isinstance(value, allowed):
                raise TypeError(f"{key} cannot be {value!r}")
            known[key] = value
    return known


def _plain(value: object) -> object:
    """Let orjson write arrays of times; it asks for what it does not know."""
    if isinstance(value, array):
        return value.tolist()
    raise TypeError(type(value).__name__)


def line(fact: Call | Slot) -> bytes:
    """One record as one line of JSON."""
    return orjson.dumps(fact, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


@dataclass
class Writer:
    """Appends to a run's folder; every slot is flushed, so that what was measured outlives the process."""

    folder: Path
    _slots: BinaryIO = field(init=False)
    _calls: BinaryIO = field(init=False)

    def __enter__(self) -> Self:
        """Make the folder and its files; raises OSError where that is not possible."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._slots = (self.folder / "slots.jsonl").open("ab")
        self._calls = (self.folder / "calls.jsonl").open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slots.close()
        self._calls.close()

    def about(self, cells: Iterable[dict[str, Any]], facts: dict[str, Any]) -> None:
        """Write run.json: the format's version, the *cells* that were asked for, and *facts*."""
        whole = {"format": FORMAT, **facts, "cells": list(cells)}
        replace(self.folder / "run.json", orjson.dumps(whole, option=orjson.OPT_INDENT_2))

    def slot(self, slot: Slot, calls: Iterable[Call]) -> None:
        """Append one slot and its calls; the calls first, so that a slot on file has all of its calls."""
        self._calls.write(b"".join(map(line, calls)))
        self._calls.flush()
        self._slots.write(line(slot))
        self._slots.flush()


def replace(path: Path, content: bytes) -> None:
    """Write *path* in one step: a reader sees the old file or the new one, never half of it."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(content)
    fresh.replace(path)


def read(folder: Path) -> Run:
    """
    Read a run back from its folder.

    Raises `Unreadable` where there is no run.json to be understood. Calls of slots that were never finished
    are left out, since nothing says how long their slot took.
    """
    try:
        about = orjson.loads((folder / "run.json").read_bytes())
        if not isinstance(about, dict) or not isinstance(about.get("format"), int):
            raise Unreadable(f"{folder}/run.json is not a run of Overlap")
        if about["format"] > FORMAT:
            raise Unreadable(f"{folder} has format {about['format']}; this Overlap reads up to {FORMAT}")
        cells = tuple(cell_from(cell) for cell in about["cells"])
    except FileNotFoundError:
        raise Unreadable(f"{folder} holds no run.json") from None
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as wrong:
        raise Unreadable(f"{folder}/run.json cannot be read: {wrong}") from wrong
    damage: list[str] = []
    slots = tuple(_lines(folder / "slots.jsonl", slot_from, damage))
    finished = {(slot.cell, slot.round) for slot in slots}
    calls = _lines(folder / "calls.jsonl", call_from, damage)
    whole = tuple(call for call in calls if (call.cell, call.round) in finished)
    return Run(folder, about, cells, slots, whole, len(damage))


def _lines(path: Path, make: Callable[[dict[str, Any]], Made], damage: list[str]) -> Iterator[Made]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                yield make(orjson.loads(raw))
            except (ValueError, TypeError, KeyError, AttributeError):
                damage.append(f"{path.name}:{number}")
