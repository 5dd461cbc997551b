"""Goodput: calls per second that met every limit of a service-level objective."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.metrics import OfSlots
from harness.record import Call, Cell, Slot
from harness.slo import Slo


def goodput(slo: Slo) -> tuple[OfSlots, OfSlots]:
    """Make the two metrics of *slo*: calls per second that met it, and their share of all calls."""

    def rate(_cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
        span = max(call.done for call in calls) - min(call.start for call in calls) if calls else 0
        return sum(map(slo.met, calls)) / span * 1e9 if span else None

    def share(_cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
        return sum(map(slo.met, calls)) / len(calls) * 100 if calls else None

    named = str(slo) or "every limit of the SLO"
    return (
        OfSlots("goodput", "goodput", "1/s", "higher", f"calls with {named} / (last done - first start)", rate),
        OfSlots(
            "goodput.share",
            "calls within SLO",
            "%",
            "higher",
            f"calls with {named} / calls",
            share,
            most=100,
            counts="share",
        ),
    )


# As the table of metrics has them, whatever the limits.
GOODPUT = goodput(Slo({}))


def slo_of(about: Mapping[str, Any], scenario: str) -> Slo | None:
    """
    Answer the limits that run.json has for *scenario*, at `scenarios.<name>.slo`, as ns by metric of calls.

    None where there are none, or none that can be understood: a run from elsewhere is still worth a report.
    """
    try:
        limits = about["scenarios"][scenario]["slo"]
        return Slo({str(name): float(limit) for name, limit in limits.items()}) if limits else None
    except (KeyError, TypeError, ValueError, LookupError, AttributeError):
        return None
