"""
Keeps the calls of a slot that has not ended in `unfinished.jsonl`: a process that is killed loses few of them.

    calls end ──► appended here, a batch at a time ──► the slot ends: calls.jsonl, slots.jsonl; this file goes

The file has the lines that calls.jsonl will have, without checksums. If it is there when a run is read, its slot
never came to an end: a slot is made of its calls then, in which what only the end could have told is None.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from overlap.harness.model.plausible import impossible_call
from overlap.harness.model.record import Call, Slot
from overlap.harness.store.appending import append, opened
from overlap.harness.store.json_records import call_from, line
from overlap.harness.store.lines import IMPOSSIBLE, STRAY, Lines

NAME = "unfinished.jsonl"


class UnfinishedFile:
    """Writes the file of the slot that goes on; there is none until the first calls come."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: int | None = None

    def append(self, calls: Iterable[Call]) -> None:
        """Append *calls*, all or none of them; raises OSError if there is no room."""
        if self._file is None:
            self._file = opened(self._path)
        append(self._file, b"".join(map(line, calls)))

    def discard(self) -> None:
        """Remove the file: its calls are in calls.jsonl now."""
        self.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file as it is."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The calls that are in no other file, a slot for each cell and round of them, and what does not count."""

    slots: tuple[Slot, ...] = ()
    calls: tuple[Call, ...] = ()
    faults: tuple[str, ...] = ()


def read_unfinished(folder: Path, places: Mapping[str, int], recorded: Collection[Call]) -> Unfinished:
    """
    Return what `unfinished.jsonl` in *folder* has beyond the calls that are *recorded* in calls.jsonl.

    *places* is the concurrency of each cell, by its id. A last line without an end is what was being written when
    the process was killed, and left out.
    """
    lines = Lines(folder / NAME, torn=True)
    taken = {_name(call) for call in recorded}
    by_slot: defaultdict[tuple[str, int], list[Call]] = defaultdict(list)
    for number, _, call in lines.read(call_from):
        if call.cell not in places:
            lines.leave_out(STRAY, number, call.cell[:80])
        elif why := impossible_call(call):
            lines.leave_out(IMPOSSIBLE, number, why)
        elif _name(call) not in taken:
            taken.add(_name(call))
            by_slot[call.cell, call.round].append(call)
    slots = [
        _slot(cell, number, position, calls, places[cell])
        for position, ((cell, number), calls) in enumerate(sorted(by_slot.items()))
    ]
    every = tuple(call for calls in by_slot.values() for call in calls)
    return Unfinished(tuple(slots), every, tuple(lines.faults))


def _name(call: Call) -> tuple[int, int, bool]:
    """Return what names *call* among those of its test: its cell may have got another name at the test's end."""
    return call.round, call.index, call.warmup


def _slot(cell: str, number: int, position: int, calls: Sequence[Call], places: int) -> Slot:
    """Return the slot that *calls* were made in, as far as they tell."""
    joined = [call for call in calls if call.served]
    return Slot(
        cell=cell,
        round=number,
        position=position,
        made=sum(1 for call in calls if not call.warmup),
        started=all_there(calls, places, min(call.sent for call in calls)),
        ended=max(call.done for call in calls),
        cpu=None,
        requests=sum(len(call.served) for call in calls) if joined else None,
        untold=unjoined(calls) if joined else None,
    )


def unjoined(calls: Iterable[Call]) -> int:
    """Return how many of *calls* were answered, though no request of theirs is known."""
    return sum(1 for call in calls if not call.served and not call.error)


def all_there(calls: Iterable[Call], places: int, began: int) -> int:
    """
    Return when all *places* could be used: the start of the call that filled the last one, else *began*.

    Users are started one by one, and a slot's time counts from when a place could have been used.
    """
    starts = sorted(call.sent for call in calls if not call.warmup)
    return starts[min(places, len(starts)) - 1] if starts else began


def sentence(state: str | None, calls: int, *, going: bool) -> str | None:
    """
    Say that a run of *state* did not come to its end, or that *calls* of it come from `unfinished.jsonl`.

    *going*: the process that measures it still runs. None if there is nothing to say.
    """
    number = "1 call" if calls == 1 else f"{calls:,} calls"
    source = (
        f"of a test that did not come to its end {number} had been written to {NAME}; its CPU time and the "
        "server's own counts are not known"
    )
    if state != "running":
        return source if calls else None
    head, until = ("the run has not ended yet", "now") if going else ("the run was killed", "then")
    return f"{head}: {source}" if calls else f"{head}: this is what was measured until {until}"
