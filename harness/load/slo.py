"""The SLO of a load run: limits on a call, the share of calls that must keep them, and whether they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.record import Call
from harness.slo import Slo, read

STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call must keep, and the share (0 to 1) of calls that must."""

    slo: Slo
    share: float

    @property
    def each(self) -> Mapping[str, float]:
        """The limits in ns, by metric of calls."""
        return self.slo.limits

    def judge(self, calls: Sequence[Call]) -> "Judged":
        """Judge all *calls* but those that the end of the run cut off: these say nothing about the service."""
        counted = [call for call in calls if not call.warmup and call.error != STOPPED]
        return Judged(self, len(counted), sum(map(self.slo.met, counted)))


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
        return f"SLO {word}: {share} of {self.calls:,} calls with {self.limits.slo} ({wanted})"


def limits(words: str, share: float) -> Limits:
    """Read limits such as `ttft=0.5,e2e=2`, in seconds. Raises `Mistake`."""
    return Limits(read(words), share)
