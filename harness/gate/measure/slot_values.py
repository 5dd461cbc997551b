"""The metrics of a slot that the gate compares, timed ones and counts, and their values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from overlap.harness.gate.record import ERRORS
from overlap.harness.model.metrics import CALLS, SLOTS
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.stats.quantiles import enough, of_round

Value = Callable[[Cell, Slot, Sequence[Call]], float | None]


@dataclass(frozen=True, slots=True)
class Observed:
    """
    One metric that the gate compares; `of` answers None if the slot does not carry it.

    *bound* is the slowdown that its pass rules out, where that is not the rule's.
    """

    metric: str
    unit: str
    kind: Literal["timed", "exact"]
    better: str
    of: Value
    bound: float | None = None


def _quantile(metric: str, q: float) -> Value:
    [row] = [each for each in CALLS if each.name == metric]

    def of(_cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
        values = [number for call in calls for number in row.of(call)]
        if not enough(len(values), q):
            return None
        return float(of_round(np.asarray(values, float), [q])[0])

    return of


def _of_slot(metric: str) -> Value:
    [row] = [each for each in SLOTS if each.name == metric]
    return row.of


# Ten of 200 calls lie beyond a p95: its noise is three times that of a median, and so is what can be ruled out.
TAIL = 0.2
# Overhead and not wall time: of a call that waits 500 ms for its server, a client twice as slow is 1 %. And of the
# slot, not the median of its calls: threads that take turns with the interpreter make single calls quick or slow
# by luck, by 13 % from slot to slot where the slot's own time varies by 2.
METRICS: tuple[Observed, ...] = (
    Observed("overhead_per_call", "ns", "timed", "lower", _of_slot("overhead_per_call")),
    Observed("overhead.p95", "ns", "timed", "lower", _quantile("overhead", 0.95), TAIL),
    Observed("cpu", "ns", "timed", "lower", _of_slot("cpu")),
    Observed(ERRORS, "", "exact", "lower", _of_slot(ERRORS)),
    Observed("requests_per_call", "", "exact", "lower", _of_slot("requests_per_call")),
    Observed("chunks_per_call", "", "exact", "neither", _of_slot("chunks_per_call")),
    Observed("connections", "", "exact", "lower", _of_slot("connections")),
    Observed("peak", "", "exact", "neither", _of_slot("peak")),
)
MEMORY = Observed("memory", "B", "timed", "lower", lambda _cell, _slot, _calls: None)


def values(cell: Cell, slot: Slot, calls: Sequence[Call]) -> dict[str, float]:
    """Return what the slot's counted calls say, by metric; what they do not carry is left out."""
    counted = [call for call in calls if not call.warmup]
    by_metric = {each.metric: each.of(cell, slot, counted) for each in METRICS}
    return {metric: float(value) for metric, value in by_metric.items() if value is not None}
