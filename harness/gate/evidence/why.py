"""The sentence beside the verdict on a timed series: each is true of the numbers that stand beside it."""

from dataclasses import dataclass
from math import exp, inf, log, log1p

from overlap.harness.gate.evidence.outlook import first_possible, more_rounds
from overlap.harness.gate.record import ARMS, GateRule, RoundPair, SeriesVerdict
from overlap.harness.report.figures import count, number
from overlap.harness.stats.quantiles import Floats
from overlap.harness.text.percentages import change, percent, span

# exp() of more is no number that a JSON file could hold.
LARGEST = 690.0
# An e-value from which on a reader needs no digits.
PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class SeriesEvidence:
    """The basis of a verdict: the estimate, a log ratio (larger is worse), and the logs of four e-values."""

    estimate: float
    slower: float
    faster: float
    under: float
    over: float


@dataclass(frozen=True, slots=True)
class Grounds:
    """
    Everything that the sentence is made of.

    *ratio*, *low* and *high* are candidate / base and its interval, None if there is none; *reach* is the
    interval of the estimate, where larger is worse. *smallest* is the slowdown that could have been seen.
    """

    finding: SeriesEvidence
    logs: Floats
    rule: GateRule
    hypotheses: int
    either_way: bool
    ratio: float | None
    low: float | None
    high: float | None
    reach: tuple[float, float] | None
    noise: float
    smallest: float | None

    @property
    def enough(self) -> float:
        """The log of the e-value that makes a change certain; where either way is worse, two nulls are tried."""
        return log(self.hypotheses / self.rule.alpha) + log(2) * self.either_way


def as_e(logarithm: float) -> float:
    """Return the e-value of a logarithm, as large as a float can hold."""
    return exp(min(logarithm, LARGEST))


def why(verdict: SeriesVerdict, grounds: Grounds) -> str:
    """Return the sentence for *verdict*."""
    if verdict == "inconclusive":
        return _undecided(grounds)
    return _passed(grounds) if verdict == "pass" else _changed(verdict, grounds)


def lacking(pairs: tuple[RoundPair, ...]) -> str:
    """Return what a reader must know of rounds in which one arm gave no value; "" if there are none."""
    gaps = [
        f"the {arm} gave no value in {count(number, 'round')}"
        for arm in ARMS
        if (number := sum(pair.lacks == arm for pair in pairs))
    ]
    return f"; {' and '.join(gaps)}: such a round counts as worse for that side" if gaps else ""


def _changed(verdict: SeriesVerdict, on: Grounds) -> str:
    finding = on.finding
    e = as_e(finding.slower if finding.estimate > 0 else finding.faster)
    worse = "worse" if finding.estimate > 0 and not on.either_way else "changed, which counts as worse"
    word = "better" if verdict == "improved" else worse
    return f"{word}: {_size(on)}, e = {_evidence(e)} of {number(exp(on.enough))} needed"


def _passed(on: Grounds) -> str:
    finding, rule = on.finding, on.rule
    way = "a change by {} either way" if on.either_way else "{} worse"
    e = as_e(min(finding.under, finding.over) if on.either_way else finding.under)
    bound = way.format(percent(rule.pass_bound))
    return f"{bound} would have shown: e = {_evidence(e)} of {number(1 / rule.beta)} needed, estimate {_size(on)}"


def _evidence(e: float) -> str:
    """Write an e-value; of one that is past all doubt, the digits say nothing."""
    return number(e) if e < PLENTY else f"over {PLENTY:,}"


def _size(on: Grounds) -> str:
    """Return the change in words; a value of nothing on one side has no ratio."""
    if on.ratio is None:
        return "no ratio, as one side is not above zero"
    return change(on.ratio)


def _undecided(on: Grounds) -> str:
    estimate, matters = on.finding.estimate, log1p(on.rule.min_effect)
    low, high = on.reach or (-inf, inf)
    beside = f" ({span(on.low, on.high)})" if span(on.low, on.high) else ""
    likely = _likely(low, high, either_way=on.either_way)
    small = abs(estimate) < matters
    if likely and small:
        less = f"by less than the {percent(on.rule.min_effect)} that count"
        return f"likely {likely}, but {less}: {_size(on)}{beside}{_outlook(on)}"
    if likely:
        return f"likely {likely}, not yet certain: {_size(on)}{beside}{_outlook(on)}"
    return f"undecided at {_size(on)}{_visible(on)}{_outlook(on)}"


def _likely(low: float, high: float, *, either_way: bool) -> str:
    """Name the side on which the whole interval lies; "" if it holds no change at all."""
    if low <= 0 <= high:
        return ""
    return "changed" if either_way else "worse" if low > 0 else "better"


def _visible(on: Grounds) -> str:
    """Return which slowdown these rounds would have shown, in words; nothing if the estimate is larger."""
    if on.smallest is None:
        return f"; nothing could have been seen yet: that takes {first_possible(on.enough)} rounds or more"
    rounds, noise = count(len(on.logs), "round"), f"with a noise of {percent(on.noise)} a round"
    if abs(on.finding.estimate) >= log1p(on.smallest):
        return f"; {rounds} {noise} do not make it certain"
    return f"; {rounds} {noise} show a slowdown of {percent(on.smallest)} four times out of five"


def _outlook(on: Grounds) -> str:
    """Return in words how many more rounds it takes, if they are like these; "" if these lead nowhere."""
    wanted = _wanted(on)
    if wanted is None:
        return ""
    more, shown = wanted
    if (rounds := len(on.logs) + more) > on.rule.max_rounds:
        return f"; to show that it {shown} takes about {rounds} such rounds, and {on.rule.max_rounds} are allowed"
    return f"; about {count(more, 'more round')} like these would show that it {shown}"


def _wanted(on: Grounds) -> tuple[int, str] | None:
    """Return how many more rounds there must be, and what they would show."""
    estimate, matters, rule = on.finding.estimate, log1p(on.rule.min_effect), on.rule
    if estimate >= matters or (on.either_way and -estimate >= matters):
        signed = on.logs if estimate > 0 else -on.logs
        number = more_rounds(signed, on.logs, rule.noise, on.enough)
        return None if number is None else (number, "changed" if on.either_way else "is worse")
    bound = log1p(rule.pass_bound)
    edges = [bound - on.logs, *([bound + on.logs] if on.either_way else [])]
    numbers = [more_rounds(edge, on.logs, rule.noise, -log(rule.beta)) for edge in edges]
    finite = [number for number in numbers if number is not None]
    if len(finite) < len(numbers):
        return None
    return max(finite), f"is not {percent(rule.pass_bound)} {'off' if on.either_way else 'worse'}"
