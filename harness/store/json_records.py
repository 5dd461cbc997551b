"""Records as JSON and back: one line of a run's files, one entry of a journal, one cell of run.json."""

from array import array
from collections.abc import Mapping

import orjson

from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.store.typed import typed


def cell_from(fact: object) -> Cell:
    """Make a `Cell` of its JSON object; keys this version does not know are left out. Raises `Misfit`."""
    return typed(fact, Cell)


def slot_from(fact: object) -> Slot:
    """Make a `Slot` of its JSON object. Raises `Misfit`."""
    return typed(fact, Slot)


def call_from(fact: Mapping[str, object]) -> Call:
    """
    Make a `Call` of its JSON object.

    Raises `Misfit` for a value of another type; TypeError and OverflowError for a time that is no number of 64
    bits.
    """
    call = typed({**fact, "chunks": (), "served": ()}, Call)
    served = fact.get("served") or ()
    if not isinstance(served, list | tuple):
        raise TypeError(f"served cannot be {served!r}")
    _fill(call, "chunks", _times(fact.get("chunks") or ()))
    _fill(call, "served", tuple(map(served_from, served)))
    return call


def served_from(fact: Mapping[str, object]) -> Served:
    """
    Make a `Served` of its JSON object, from calls.jsonl or from a server's journal.

    Raises as `call_from`, and KeyError where its times are not there.
    """
    entry = typed({**fact, "planned": (), "written": ()}, Served)
    _fill(entry, "planned", _times(fact["planned"]))
    _fill(entry, "written", _times(fact["written"]))
    return entry


# A frozen record is filled as its own __init__ does it, before any other code has it: `dataclasses.replace` takes
# half of the time that reading a call takes.
_fill = object.__setattr__


def _times(value: object) -> "array[int]":
    """
    Return a list of times as an array, which takes a fifth of the memory; raises TypeError if it is no list.

    The array itself refuses what is no whole number, so that no list is walked twice.
    """
    if not isinstance(value, list | tuple):
        raise TypeError(f"times cannot be {value!r}")
    return array("q", value)


def _plain(value: object) -> object:
    """Let orjson write arrays of times; it asks for what it does not know."""
    if isinstance(value, array):
        return value.tolist()
    raise TypeError(type(value).__name__)


def line(fact: Call | Slot) -> bytes:
    """One record as one line of JSON."""
    return orjson.dumps(fact, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
