"""The SLO of a load run: limits on a call, the share of calls that must keep them, and whether they did."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from overlap.harness.model.record import LEFT, STOPPED, Call
from overlap.harness.model.slo import OF_CALLS, Slo, read
from overlap.harness.store.run_about import EndpointVerdict
from overlap.harness.worker.open_loop import NOT_STARTED

__all__ = ["LEFT", "STOPPED", "Judged", "Limits", "limits"]


def _cell(call: Call) -> str:
    return call.cell


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call must keep, and the share (0 to 1) of calls that must."""

    slo: Slo
    share: float

    @property
    def each(self) -> Mapping[str, float]:
        """The limits in ns, by metric of calls."""
        return self.slo.limits

    def judge(self, calls: Sequence[Call], name: Callable[[Call], str] = _cell) -> "Judged":
        """
        Judge all *calls*, and those of each endpoint by themselves; *name* tells an endpoint, else its cell.

        A call that was cut off, by the end of the test or by its user, has missed a limit that it had already
        passed by then; else it is left out, since nobody knows how it would have gone on. A call that was due
        and never sent has missed.
        """
        by_cell: defaultdict[str, list[bool]] = defaultdict(list)
        sent: set[str] = set()
        for call in calls:
            kept = self._kept(call)
            if kept is not None:
                by_cell[name(call)].append(kept)
            if call.error != NOT_STARTED:
                sent.add(name(call))
        every = [kept for cell in by_cell.values() for kept in cell]
        # Which endpoint a call would have gone to that was never sent is not always known.
        parts = {
            cell: Judged(self, len(kept), sum(kept)) for cell, kept in sorted(by_cell.items()) if cell in sent
        }
        return Judged(self, len(every), sum(every), parts if len(parts) > 1 else {})

    def _kept(self, call: Call) -> bool | None:
        """Say whether *call* kept every limit; None where that is not known, or nobody asks."""
        if call.warmup:
            return None
        if call.error in {LEFT, STOPPED}:
            return False if any(_passed(call, *each) for each in self.slo.limits.items()) else None
        if call.streamed is False and not call.failed:
            # Of an answer that comes whole the first that is seen is all of it.
            call = replace(call, chunks=(call.done - call.sent,))
        return self.slo.met(call)


def _passed(call: Call, metric: str, limit: float) -> bool:
    """Say whether *call*, which was cut off, had passed *limit* by then."""
    numbers = [number for number in OF_CALLS[metric].of(call) if number is not None]
    if metric in {"e2e", "overhead"} or (metric == "ttft" and not call.chunks):
        numbers = [call.done - call.start]
    elif metric == "from_sent":
        numbers = [call.done - call.sent]
    elif metric == "itl" and call.chunks:
        numbers = [*numbers, call.done - call.sent - call.chunks[-1]]
    return bool(numbers) and max(numbers) > limit


@dataclass(frozen=True, slots=True)
class Judged:
    """How many calls were judged, and how many kept the limits; `parts` are the same by endpoint, if several."""

    limits: Limits
    calls: int
    kept: int
    parts: Mapping[str, "Judged"] | None = None

    @property
    def met(self) -> bool:
        """Whether enough did, of all and of every endpoint; no call at all is no success."""
        own = bool(self.calls) and self.kept >= self.limits.share * self.calls
        return own and all(part.met for part in (self.parts or {}).values())

    @property
    def percent(self) -> str:
        """
        The share that kept the limits, with as many digits as tell it from the share that is wanted.

        A share that is missed is never rounded up to the one that is wanted.
        """
        if not self.calls:
            return "none"
        share, wanted = self.kept / self.calls, self.limits.share
        for digits in range(1, 6):
            text = f"{share:.{digits}%}"
            if (float(text[:-1]) / 100 >= wanted) == (share >= wanted):
                break
        return text

    def __str__(self) -> str:
        word, wanted = "met" if self.met else "missed", f"{self.limits.share * 100:.4g} % wanted"
        text = f"SLO {word}: {self.percent} of {self.calls:,} calls with {self.limits.slo} ({wanted}"
        return f"{text}, of each endpoint)" if self.parts else f"{text})"

    def facts(self) -> tuple[EndpointVerdict, ...]:
        """Return the verdict on each endpoint, for run.json."""
        parts = self.parts or {}
        return tuple(
            EndpointVerdict(endpoint=name, met=part.met, calls=part.calls, kept=part.kept)
            for name, part in parts.items()
        )

    def lines(self) -> list[str]:
        """Return the verdict, then one line for each endpoint where there are several, the worst first."""
        parts = sorted((self.parts or {}).items(), key=lambda each: each[1].kept / max(1, each[1].calls))
        return [
            str(self),
            *(
                f"  {name}: {'met' if part.met else 'missed'}, {part.percent} of {part.calls:,} calls"
                for name, part in parts
            ),
        ]


def limits(words: str, share: float) -> Limits:
    """Read limits such as `ttft=0.5,e2e=2`, in seconds. Raises `Mistake`."""
    return Limits(read(words), share)
