"""The pilot round: every cell once in both arms before anything counts."""

from collections.abc import Collection, Sequence

from overlap.harness.gate.measure.cells import Twin
from overlap.harness.gate.measure.series_log import PROCESS, SeriesLog
from overlap.harness.gate.measure.slot_size import sized
from overlap.harness.gate.measure.slot_values import MEMORY, METRICS
from overlap.harness.gate.measure.slots import SlotFailure, Slots
from overlap.harness.gate.record import ARMS, Series


class Pilot:
    """
    Finds out how many calls a slot of *seconds* makes, and what there is to compare.

    What does not run on one side shows here, before half an hour is spent; it is noted in the *book*.
    """

    def __init__(self, slots: Slots, book: SeriesLog, seconds: float, calls: int | None) -> None:
        self._slots, self._book, self._seconds, self._calls = slots, book, seconds, calls
        self.cpu: dict[str, float] = {}

    def run(self, twins: Sequence[Twin]) -> list[Twin]:
        """Return *twins* with the size of their slots; the book then knows the series of each."""
        ready = [sized for twin in twins if (sized := self._one(twin))]
        self._book.declared = tuple(twin.name for twin in twins)
        if ready:
            self._book.declared += (PROCESS,)
            self._book.declare([Series(PROCESS, MEMORY.metric, MEMORY.unit, MEMORY.kind, MEMORY.better)])
        return ready

    def _one(self, twin: Twin) -> Twin | None:
        try:
            fitted = self._fitted(twin)
            both = {arm: self._slots.values(fitted, arm, 0) for arm in ARMS}
        except SlotFailure as failed:
            self._book.leave_out(failed.cell, failed.arm, str(failed), trial=True)
            return None
        self.cpu[twin.name] = both["base"]["cpu"]
        # What one arm alone has is declared too: that the other lacks it is for the verdict to say.
        self._book.declare(declared(twin.name, both["base"].keys() | both["candidate"].keys(), fitted.base.calls))
        return fitted

    def _fitted(self, twin: Twin) -> Twin:
        """Return *twin* with as many calls as last long enough in the slower arm."""
        took = []
        for arm in ARMS:
            slot, _ = self._slots.measure(twin, arm, 0)
            took.append((slot.ended - slot.started) / 1e9)
        if self._calls is not None:
            return twin
        planned = twin.base
        return twin.sized(sized(planned.calls, max(took), self._seconds, planned.cell.concurrency))


def declared(cell: str, metrics: Collection[str], calls: int) -> list[Series]:
    """Return the series of a cell whose slots carry *metrics*."""
    return [
        Series(cell, each.metric, each.unit, each.kind, each.better, data=calls, bound=each.bound)
        for each in METRICS
        if each.metric in metrics
    ]
