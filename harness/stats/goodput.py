"""Goodput: calls per second that met every limit of a service-level objective."""

from collections.abc import Sequence

from overlap.harness.model.metrics import OfSlots, span
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.model.slo import Slo
from overlap.harness.store.run_about import RunAbout


def goodput(slo: Slo) -> tuple[OfSlots, OfSlots]:
    """
    Make the two metrics of *slo*: calls per second that met it, and their share of all calls.

    Unknown if calls were handed over in one go: the time of each is not measured then.
    """

    def met(calls: Sequence[Call]) -> int | None:
        return None if any(call.together for call in calls) else sum(map(slo.met, calls))

    def rate(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
        within, seconds = met(calls), span(cell, calls) if calls else None
        return within / seconds * 1e9 if seconds and within is not None else None

    def share(_cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
        within = met(calls)
        return within / len(calls) * 100 if calls and within is not None else None

    named = str(slo) or "every limit of the SLO"
    return (
        OfSlots(
            "goodput", "goodput", "1/s", "higher", f"calls with {named} / the same time as calls per second", rate
        ),
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


def slo_of(about: RunAbout, scenario: str) -> Slo | None:
    """
    Return the limits that run.json has for *scenario*, at `scenarios.<name>.slo`, as ns by metric of calls.

    None where there are none, or none that can be understood: a run from elsewhere is still worth a report.
    """
    limits = about.scenario(scenario).slo or {}
    stated = {name: limit for name, limit in limits.items() if limit is not None}
    try:
        # A part of the limits would be another objective.
        return Slo(stated) if stated and len(stated) == len(limits) else None
    except (ValueError, LookupError):
        return None
