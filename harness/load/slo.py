"""The SLO of a load run: limits on a call, the share of calls that must keep them, and whether they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.config import Mistake
from harness.metrics import CALLS
from harness.record import Call

STOPPED = "Stopped"
_OF = {metric.name: metric.of for metric in CALLS if metric.unit == "ns"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in ns by metric of calls, and the share (0 to 1) of calls that must be within all of them."""

    limits: Mapping[str, int]
    share: float

    def kept(self, call: Call) -> bool:
        """Say whether *call* was answered within every limit; one of which a metric is unknown was not."""
        if call.error:
            return False
        found = [(_OF[name](call), limit) for name, limit in self.limits.items()]
        return all(numbers and max(numbers) <= limit for numbers, limit in found)

    def judge(self, calls: Sequence[Call]) -> "Judged":
        """Judge all *calls* but those that the end of the run cut off: these say nothing about the service."""
        counted = [call for call in calls if not call.warmup and call.error != STOPPED]
        return Judged(self, len(counted), sum(map(self.kept, counted)))

    def __str__(self) -> str:
        return ", ".join(f"{name} ≤ {limit / 1e6:g} ms" for name, limit in self.limits.items())


@dataclass(frozen=True, slots=True)
class Judged:
    """How many calls were judged, and how many kept the limits."""

    limits: Limits
    calls: int
    kept: int

    @property
    def met(self) -> bool:
        """Whether enough did; no call at all is no success."""
        return bool(self.calls) and self.kept >= self.limits.share * self.calls

    def __str__(self) -> str:
        share = f"{self.kept / self.calls:.1%}" if self.calls else "none"
        word, wanted = "met" if self.met else "missed", f"{self.limits.share * 100:.4g} % wanted"
        return f"SLO {word}: {share} of {self.calls:,} calls with {self.limits} ({wanted})"


def limits(words: str, share: float) -> Limits:
    """Read limits such as `ttft=0.5,e2e=2`, in seconds. Raises `Mistake`."""
    found: dict[str, int] = {}
    for part in words.split(","):
        name, _, value = part.partition("=")
        name = name.strip()
        if name not in _OF:
            raise Mistake(f"slo: no metric {name!r}; there are: {', '.join(_OF)}")
        try:
            found[name] = round(float(value) * 1e9)
        except (ValueError, OverflowError):
            raise Mistake(f"slo: {name} cannot be {value!r}; it is a number of seconds") from None
        if found[name] <= 0:
            raise Mistake(f"slo: {name} must be above 0, not {value}")
    return Limits(found, share)
