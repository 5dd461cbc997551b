"""A service-level objective: limits on one call, as people write them, and whether a call kept them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from overlap.harness.model.metrics import CALLS
from overlap.harness.model.record import Call
from overlap.harness.text import settings
from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

OF_CALLS = {metric.name: metric for metric in CALLS}


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
                raise LookupError(f"no metric of calls {quoted(name)}; {choices(name, OF_CALLS)}")
            if not limit > 0:
                raise ValueError(f"a limit on {name} must be above zero, not {exactly(limit / 1e9)} s")

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
        return ", ".join(f"{name} ≤ {exactly(limit / 1e6)} ms" for name, limit in self.limits.items())


def read(words: str) -> Slo:
    """
    Read limits such as `ttft=0.5,e2e=2`, in seconds. Raises `Mistake`.

    >>> str(read("ttft=0.5,e2e=2"))
    'ttft ≤ 500 ms, e2e ≤ 2000 ms'
    """
    given = settings.read("slo", words, settings.parts(words))
    limits = {name: settings.number("slo", name, value, " of seconds") * 1e9 for name, value in given.items()}
    if too_large := [name for name, limit in limits.items() if not isfinite(limit)]:
        raise Mistake(f"slo: {too_large[0]} cannot be {quoted(given[too_large[0]])}; it is a number of seconds")
    try:
        return Slo({name: round(limit) for name, limit in limits.items()})
    except (LookupError, ValueError) as wrong:
        raise Mistake(f"slo: {wrong.args[0]}") from wrong
