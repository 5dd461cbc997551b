"""A run sorted by cell and round, warm-up left out: what every statistic starts from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from overlap.harness.model.record import OWN, Call, Cell, Slot
from overlap.harness.store.run_files import Run


@dataclass(frozen=True, slots=True)
class MeasuredRound:
    """One slot of a cell with its counted calls by index, and the warm-up calls that do not count."""

    cell: Cell
    slot: Slot
    calls: Sequence[Call]
    warmup: Sequence[Call] = ()


# A report asks for every pair of cells that it compares.
_SORTED: WeakKeyDictionary[Run, Mapping[str, Sequence[MeasuredRound]]] = WeakKeyDictionary()


def rounds_of(run: Run) -> Mapping[str, Sequence[MeasuredRound]]:
    """Return each cell's rounds in order, by the cell's id; a cell that was never run has none."""
    if run not in _SORTED:
        _SORTED[run] = _sorted(run)
    return _SORTED[run]


def _sorted(run: Run) -> dict[str, list[MeasuredRound]]:
    timed: dict[tuple[str, int], list[Call]] = defaultdict(list)
    warmup: dict[tuple[str, int], list[Call]] = defaultdict(list)
    for call in run.calls:
        (warmup if call.warmup else timed)[call.cell, call.round].append(call)
    cells = {cell.id: cell for cell in run.cells}
    rounds: dict[str, list[MeasuredRound]] = {name: [] for name in cells}
    for slot in sorted(run.slots, key=lambda slot: slot.round):
        if slot.cell in cells:
            key = (slot.cell, slot.round)
            calls = sorted(timed[key], key=lambda call: call.index)
            rounds[slot.cell].append(MeasuredRound(cells[slot.cell], slot, calls, warmup[key]))
    return rounds


def without_request(rounds: Sequence[MeasuredRound]) -> int:
    """
    Return how many good calls made no request, by the server's journal; 0 where that is not known of all.

    Of a user's own application, a cache of its own may answer. Such a call says nothing about how it was made.
    """
    if any(each.cell.client != OWN or each.slot.untold or each.slot.requests is None for each in rounds):
        return 0
    return sum(1 for each in rounds for call in each.calls if not call.error and not call.served)


def sound(rounds: Sequence[MeasuredRound]) -> list[MeasuredRound]:
    """Return the rounds whose slot ran to its end and has calls; a broken slot says nothing about its cell."""
    return [each for each in rounds if each.slot.error is None and each.calls]


def replayed(rounds: Sequence[MeasuredRound]) -> bool:
    """
    Say whether all *rounds* had the same latencies: the server's plan differs between calls, not between rounds.

    So it is in runs of format 1, and where a recording is played in its own order.
    """
    plans = [{call.index: _planned(call) for call in each.calls if call.served} for each in rounds]
    if len(plans) < 2 or len(set(plans[0].values())) < 2:
        return False
    return all(plan.get(index, of_first) == of_first for plan in plans[1:] for index, of_first in plans[0].items())


def _planned(call: Call) -> tuple[int, ...]:
    """Return how long the server had planned each request of *call* to take."""
    return tuple(entry.planned[-1] for entry in call.served if entry.planned)
