"""
The figures of one slot that interventions are judged by; failed calls count for the time they took.

Latency counts from the moment a call could have been sent, not from when it was: while something blocks the event
loop no call is sent, and its own clock would not show that it waited.
Calls that are handed over in one go have no latency of their own: there is only the total time of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.record import Call, Slot
from harness.shares import dispatch
from harness.stats.quantiles import of_round

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure in a report: its label, its unit, and whether it is a count rather than a noisy time."""

    label: str
    unit: str
    counted: bool = False


HEADLINES = {
    "p95": Headline("latency p95", "ns"),
    "p50": Headline("latency p50", "ns"),
    "total": Headline("total time", "ns"),
    "ttft": Headline("TTFT p50", "ns"),
    "cpu": Headline("CPU per call", "ns"),
    "opened": Headline("connections opened per call", "", counted=True),
    "errors": Headline("failed calls", "", counted=True),
    "requests": Headline("requests per call", "", counted=True),
}


def figures(slot: Slot, calls: Sequence[Call], concurrency: int) -> Figures:
    """
    Return every figure of a slot, times in ns; None for one that there is nothing to derive from.

    *concurrency* is how many calls could be in flight: the k-th could start when the k-th place came free.
    """
    made = [call for call in calls if not call.warmup]
    if not made:
        return dict.fromkeys(HEADLINES)
    waits = dispatch(made, concurrency, slot.started)
    took = [call.done - call.sent + waits[call.index] for call in made]
    alike = any(call.together for call in made)
    first = [call.chunks[0] + waits[call.index] for call in made if call.chunks]
    middle, tail = of_round(np.asarray(took, dtype=float), (0.5, 0.95))
    return {
        "p95": None if alike else float(tail),
        "p50": None if alike else float(middle),
        "total": float(max(call.done for call in made) - min(call.start for call in made)),
        "ttft": float(np.median(first)) if first else None,
        "cpu": slot.cpu / len(made),
        "opened": None if slot.opened is None else slot.opened / len(made),
        "errors": float(sum(1 for call in made if call.error)),
        "requests": None if slot.requests is None else sum(len(call.served) for call in made) / len(made),
    }
