"""Goodput: calls per second that met every limit of a service-level objective."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.metrics import OfSlots
from harness.record import Call, Cell, Slot
from harness.stats.columns import OF_CALLS


@dataclass(frozen=True, slots=True)
class Slo:
    """
    Limits on one call, by metric of calls, in ns: `Slo({"ttft": 500_000_000, "e2e": 2_000_000_000})`.

    Raises LookupError for a metric that calls do not have, ValueError for a limit that is not above zero.
    """

    limits: Mapping[str, float]

    def __post_init__(self) -> None:
        for name, limit in self.limits.items():
            if name not in OF_CALLS:
                raise LookupError(f"no metric of calls {name!r}; there are: {', '.join(OF_CALLS)}")
            if not limit > 0:
                raise ValueError(f"a limit on {name} must be above zero, not {limit}")

    def met(self, call: Call) -> bool:
        """
        Say whether *call* was answered within every limit.

        A metric with several numbers a call (ITL) counts by its largest. A call of which a limited metric is
        unknown did not meet it: a one-token answer has no TPOT, and nobody can say that it was in time.
        """
        if call.error:
            return False
        for name, limit in self.limits.items():
            numbers = OF_CALLS[name].of(call)
            if not numbers or max(numbers) > limit:
                return False
        return True

    def __str__(self) -> str:
        """Write the limits as people do: "ttft ≤ 500 ms, e2e ≤ 2000 ms"."""
        return ", ".join(f"{name} ≤ {limit / 1e6:g} ms" for name, limit in self.limits.items())


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
        OfSlots("goodput.share", "calls within SLO", "%", "higher", f"calls with {named} / calls", share),
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
