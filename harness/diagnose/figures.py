"""
The figures of one slot that interventions are judged by.

A failed call is slower than any that was answered: a percentile that lies among failed calls is unknown, and so is
the total time of a slot with failed calls, since a failure that comes at once would count as a gain.

Latency counts from the moment a call could have been sent, not from when it was: while something blocks the event
loop no call is sent, and its own clock would not show that it waited.
Calls that are handed over in one go have no latency of their own: there is only the total time of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from overlap.harness.model.record import Call, Slot
from overlap.harness.model.shares import dispatch
from overlap.harness.stats.quantiles import of_round, with_failed

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
    "ended": Headline("time until a call ended, failed ones included (p95)", "ns"),
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
    counted = [call for call in calls if not call.warmup]
    if not counted:
        return dict.fromkeys(HEADLINES)
    waits = dispatch(counted, concurrency, slot.started)
    took = [(call.error is not None, call.done - call.sent + waits[call.index]) for call in counted]
    alike = any(call.together for call in counted)
    failed = any(call.error for call in counted)
    first = [
        (not call.chunks, (call.chunks[0] if call.chunks else call.done - call.sent) + waits[call.index])
        for call in counted
        if call.chunks or call.error
    ]
    return {
        "p95": None if alike else _quantile(took, 0.95),
        "p50": None if alike else _quantile(took, 0.5),
        "ended": None if alike else float(of_round(np.array([ns for _, ns in took], dtype=float), [0.95])[0]),
        "total": None
        if failed
        else float(max(call.done for call in counted) - min(call.start for call in counted)),
        "ttft": _quantile(first, 0.5) if any(call.chunks for call in counted) else None,
        "cpu": None if slot.cpu is None else slot.cpu / len(counted),
        "opened": None if slot.opened is None else slot.opened / len(counted),
        "errors": float(sum(1 for call in counted if call.error)),
        "requests": None if slot.requests is None else sum(len(call.served) for call in counted) / len(counted),
    }


def _quantile(took: Sequence[tuple[bool, int]], q: float) -> float | None:
    """Return the quantile *q* of (failed, ns) pairs; None if failed calls decide it."""
    answered, failed = (
        np.array([ns for lost, ns in took if lost is which], dtype=float) for which in (False, True)
    )
    if not len(failed):
        return float(of_round(answered, [q])[0])
    value, at_least = with_failed(answered, failed, q)
    return None if at_least else value
