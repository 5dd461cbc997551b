"""What run.json has of an SLO search: what was asked for, and each rate that was tried."""

from collections.abc import Mapping

from overlap.harness.model.record import Cell
from overlap.harness.model.slo_verdict import SlotFigures
from overlap.harness.store.entries import Count, Number, RunEntry


class BriefTrial(RunEntry, frozen=True, kw_only=True):
    """A short slot, which only said where to look."""

    rate: Number | None = None
    calls: Count
    kept: Count | None = None
    counted: Count | None = None
    batches: tuple[Number, ...] | None = None
    growth: Number | None = None
    seconds: Number | None = None
    slot: Count | None = None
    held: bool | None = None


class LongTrial(RunEntry, frozen=True, kw_only=True):
    """A rate that was tried in long slots, whether it was held, and what the slots showed together."""

    rate: Number
    slots: tuple[SlotFigures, ...]
    held: bool
    missed: bool | None = None
    share: Number | None = None
    low: Number | None = None
    high: Number | None = None
    growth: Number | None = None


class SearchedCell(RunEntry, frozen=True, kw_only=True):
    """
    The search of one cell: all trials, the highest rate held, the lowest missed, and how the search ended.

    `rounds` is what format 1 had in place of the trials.
    """

    NULLS = frozenset({"held", "missed"})

    cell: Cell
    brief: tuple[BriefTrial, ...] = ()
    long: tuple[LongTrial, ...] = ()
    held: Number | None = None
    missed: Number | None = None
    whole: bool | None = None
    short: bool | None = None
    rounds: tuple[object, ...] | None = None


class SearchEntry(RunEntry, frozen=True, kw_only=True):
    """The entry `search` of run.json."""

    slo: Mapping[str, Number]
    share: Number
    arrivals: str
    rounds: Count | None = None
    seconds: Number | None = None
    least: Number
    most: Number
    precision: Number | None = None
    brief_precision: Number | None = None
    cells: tuple[SearchedCell, ...]

    @property
    def outdated(self) -> bool:
        """Whether it is of format 1, whose slots were too short to see a queue that grows."""
        return any(each.rounds is not None for each in self.cells)
