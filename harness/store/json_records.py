"""Records as JSON and back: one line of a run's files, one entry of a journal, one cell of run.json."""

from array import array
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args

import orjson

from overlap.harness.model.record import Call, Cell, Lag, Metered, Pauses, Queue, Served, Slot

# The fields of a slot that are objects of their own.
_PARTS: dict[str, type[Lag | Pauses | Queue | Metered]] = {
    "lag": Lag,
    "offered": Lag,
    "gc": Pauses,
    "queue": Queue,
    "pool": Queue,
    "metered": Metered,
}


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
            if allowed is not None and (not isinstance(value, allowed) or _no_flag(value, allowed)):
                raise TypeError(f"{key} cannot be {value!r}")
            known[key] = value
    return known


def _no_flag(value: object, allowed: tuple[type, ...]) -> bool:
    """Whether *value* is true or false where a number is due: Python takes both for numbers."""
    return (value is True or value is False) and bool not in allowed


def _plain(value: object) -> object:
    """Let orjson write arrays of times; it asks for what it does not know."""
    if isinstance(value, array):
        return value.tolist()
    raise TypeError(type(value).__name__)


def line(fact: Call | Slot) -> bytes:
    """One record as one line of JSON."""
    return orjson.dumps(fact, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
