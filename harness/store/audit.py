"""
A run's lines, held against one another and against what run.json says: what does not fit is left out and told.

Nothing here repairs anything. A line that is damaged, there twice, impossible or of nobody is not counted; a slot
whose calls are not those that were written keeps its place and carries an error, so that no figure rests on it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from overlap.harness.model.plausible import impossible_call, impossible_slot
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.store import checksums
from overlap.harness.store.books import Balance
from overlap.harness.store.json_records import call_from, slot_from
from overlap.harness.store.lines import AGAIN, CHANGED, IMPOSSIBLE, STRAY, UNREADABLE, Lines
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.typed import typed
from overlap.harness.store.unfinished import Unfinished, read_unfinished

Key = tuple[str, int]
NOTHING_LEFT = Unfinished()

# What of the books can be counted again from the files alone.
COUNTED = {
    "recorded": "calls recorded",
    "joined": "calls joined with the server's journal",
    "unsent": "calls that failed before they reached the server",
    "untold": "calls without known requests",
    "entries": "requests at the server",
    "unjoined": "requests that belong to no call",
    "dropped": "requests that the journal dropped",
}


@dataclass(frozen=True, slots=True)
class SlotSeal:
    """What the line of a slot says of its lines in calls.jsonl: how many, and their checksum as it is written."""

    lines: object = None
    calls_sum: object = None


@dataclass(slots=True)
class Written:
    """The lines of calls.jsonl that belong to one slot, as they were written: how many, and their checksum."""

    lines: int = 0
    checksum: int = 0

    def add(self, raw: bytes) -> None:
        """Add one line."""
        self.lines += 1
        self.checksum = checksums.added_up(raw, self.checksum)

    @property
    def seal(self) -> SlotSeal:
        """What the line of their slot says of them, if none has changed."""
        return SlotSeal(self.lines, checksums.written(self.checksum))


@dataclass(frozen=True, slots=True)
class Content:
    """
    What a run's files hold, what of it does not count, one sentence each, and how many lines are unreadable.

    `unfinished` of the calls are of a slot that did not come to its end.
    """

    slots: tuple[Slot, ...]
    calls: tuple[Call, ...]
    faults: tuple[str, ...]
    damaged: int
    unfinished: int = 0


def content(
    folder: Path,
    about: RunAbout,
    cells: Collection[str] | None,
    *,
    sealed: bool,
    places: Mapping[str, int] | None = None,
) -> Content:
    """
    Read the slots and calls in *folder* and hold them against *about*, its run.json.

    *cells* are the ids that may occur, None where that is not known; *sealed* files have checksums. Calls of a
    slot that has no line are left out, since nothing says how long it took; but for those of a slot that did not
    come to its end, if the concurrency of its cell is in *places*.
    """
    slot_lines, call_lines = Lines(folder / "slots.jsonl"), Lines(folder / "calls.jsonl")
    seals: dict[Key, SlotSeal] = {}
    slots: dict[Key, Slot] = {}
    for number, raw, (slot, seal) in slot_lines.read(_slot):
        key = slot.cell, slot.round
        if sealed and not checksums.line_is_whole(raw):
            slot_lines.leave_out(CHANGED, number)
        elif cells is not None and slot.cell not in cells:
            slot_lines.leave_out(STRAY, number, slot.cell[:80])
        elif key in slots:
            slot_lines.leave_out(AGAIN, number)
        elif why := impossible_slot(slot):
            slot_lines.leave_out(IMPOSSIBLE, number, why)
        else:
            slots[key], seals[key] = slot, seal
    calls, written, last = _calls(call_lines, cells)
    faults = [*slot_lines.faults, *call_lines.faults]
    kept = [call for call in calls if (call.cell, call.round) in slots]
    ended = about.state not in {None, "running"}
    faults += _orphans(calls, slots, None if ended else last)
    if sealed:
        present = {key: written.get(key, Written()) for key in slots}
        changed = [key for key, each in present.items() if seals[key] != each.seal]
        for key in changed:
            slots[key] = replace(slots[key], error=slots[key].error or _why(present[key], seals[key].lines))
        # Of which nothing is left is told below.
        faults += _changed([key for key in changed if present[key].lines])
    faults += _bare(slots.values(), kept)
    left = read_unfinished(folder, places or {}, kept)
    if ended:
        faults += held(about, tuple(slots.values()), kept, left)
    faults += left.faults
    damaged = slot_lines.left_out[UNREADABLE] + call_lines.left_out[UNREADABLE]
    both = (*slots.values(), *left.slots), (*kept, *left.calls)
    return Content(*both, tuple(faults), damaged, len(left.calls))


def _slot(fact: object) -> tuple[Slot, SlotSeal]:
    return slot_from(fact), typed(fact, SlotSeal)


def _calls(lines: Lines, cells: Collection[str] | None) -> tuple[list[Call], dict[Key, Written], Key | None]:
    """Return the calls that count, what was written of each slot's calls, and whose the last line is."""
    calls: list[Call] = []
    seen: defaultdict[Key, set[tuple[int, bool]]] = defaultdict(set)
    written: defaultdict[Key, Written] = defaultdict(Written)
    last: Key | None = None
    for number, raw, call in lines.read(call_from):
        key = last = call.cell, call.round
        if (call.index, call.warmup) in seen[key]:
            lines.leave_out(AGAIN, number)
            continue
        seen[key].add((call.index, call.warmup))
        written[key].add(raw)
        if cells is not None and call.cell not in cells:
            lines.leave_out(STRAY, number, call.cell[:80])
        elif why := impossible_call(call):
            lines.leave_out(IMPOSSIBLE, number, why)
        else:
            calls.append(call)
    return calls, written, last


def _orphans(calls: Sequence[Call], slots: Collection[Key], allowed: Key | None) -> list[str]:
    """Tell of calls without a slot; those of the slot that was being written when the run broke off are usual."""
    alone = sum((call.cell, call.round) not in slots and (call.cell, call.round) != allowed for call in calls)
    return (
        [f"{_many(alone, 'call')} on file {_is(alone)} of no slot on file, and {_is(alone)} left out"]
        if alone
        else []
    )


def _why(present: Written, lines: object) -> str:
    if present.lines != lines:
        return f"{present.lines} of the {lines} calls that were written are on file unchanged"
    return "its calls are not as they were written: the checksum differs"


def _changed(keys: Sequence[Key]) -> list[str]:
    if not keys:
        return []
    cell, turn = keys[0]
    which = f"{cell}, round {turn + 1}"
    if len(keys) == 1:
        return [f"the calls of a slot ({which}) are not as they were written, so no figure rests on it"]
    return [
        f"the calls of {len(keys)} slots (first {which}) are not as they were written, so no figure rests on them"
    ]


def _bare(slots: Iterable[Slot], calls: Iterable[Call]) -> list[str]:
    """Tell of slots that made calls, of which none is on file."""
    there = {(call.cell, call.round) for call in calls}
    bare = sum(1 for slot in slots if slot.made and (slot.cell, slot.round) not in there)
    words = ("has", "its") if bare == 1 else ("have", "their")
    return [f"{_many(bare, 'slot')} on file {words[0]} none of {words[1]} calls on file"] if bare else []


def recount(slots: Iterable[Slot], calls: Iterable[Call]) -> Balance:
    """Count the books of a run again, from what is on file; `made` is what the slots say, with warm-up calls."""
    of: defaultdict[Key, list[Call]] = defaultdict(list)
    for call in calls:
        of[call.cell, call.round].append(call)
    books = Balance(journal=False)
    for slot in slots:
        own = of[slot.cell, slot.round]
        books.journal = books.journal or slot.requests is not None
        warm = sum(1 for call in own if call.warmup)
        books.add(slot.made + warm, own, slot.unjoined or 0, slot.dropped or 0, own=slot.untold is not None)
        books.untagged += slot.untagged or 0
    return books


def held(
    about: RunAbout, slots: Sequence[Slot], calls: Sequence[Call], left: Unfinished = NOTHING_LEFT
) -> list[str]:
    """
    Say where run.json (*about*) of a run that has ended and its files disagree.

    *left* of it did not come to an end: its calls are counted in run.json, and its slots are not.
    """
    faults = []
    expected = measured(about)
    if expected is not None and expected != len(slots):
        were = "was" if expected == 1 else "were"
        there = f"{len(slots):,} {_is(len(slots))} on file"
        faults.append(f"run.json says that {_many(expected, 'slot')} {were} measured, and {there}")
    if about.balance is not None:
        books = recount((*slots, *left.slots), (*calls, *left.calls))
        pairs = [(what, getattr(about.balance, name), getattr(books, name)) for name, what in COUNTED.items()]
        apart = [(what, before, now) for what, before, now in pairs if before is not None and before != now]
        if apart:
            (what, before, now), *others = apart
            more = "".join(f"; {what}: {before:,} and {now:,}" for what, before, now in others)
            faults.append(f"run.json counts {before:,} {what}, and on file {_is(now)} {now:,}{more}")
    return faults


def measured(about: RunAbout) -> int | None:
    """Return how many slots run.json says were measured; None where it does not say."""
    if about.entered is not None:
        return about.entered
    if about.slots is None or about.search or about.state == "stopped":
        return None
    if about.load:
        return about.slots
    missing = about.balance.missing if about.balance else None
    left = about.cut_short.slots or 0 if about.cut_short else 0
    return None if missing is None else about.slots - missing - left


def ids(cells: Iterable[Cell], about: RunAbout) -> set[str] | None:
    """Return the ids of all cells that may be in the files; None where run.json does not say."""
    return None if about.search else {cell.id for cell in cells}


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
