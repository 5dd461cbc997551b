"""States what a verdict claims, for each kind of series with its own bound, and with which error rate."""

from collections.abc import Iterator

from overlap.harness.gate.record import GateOutcome, JudgedSeries
from overlap.harness.gate.unpaired import LEVEL
from overlap.harness.report.figures import listed
from overlap.harness.report.labels import label
from overlap.harness.text.percentages import percent

# A change of a count that shows in one round of so many is what is told of equal rounds.
RARE = 10


def meaning(outcome: GateOutcome) -> str:
    """Return what the verdict claims; "" if it claims nothing."""
    run, rule = outcome.run, outcome.run.rule
    if outcome.verdict == "invalid" or run.control:
        return ""
    if not run.interleaved:
        return (
            f"This rests on an assumption: that the machine's speed varies by {percent(LEVEL)} from run to run. "
            "Sides that are measured in turn need none."
        )
    if outcome.verdict == "pass":
        return " ".join(passes(outcome))
    if outcome.verdict == "improved":
        return " ".join([_chance("improved", "faster", rule.alpha), *passes(outcome)])
    if outcome.verdict == "regressed":
        return _chance("regressed", "slower", rule.alpha)
    return (
        "What inconclusive means: of some series neither a slowdown nor its absence was shown. "
        "More rounds may show it."
    )


def _chance(verdict: str, than: str, alpha: float) -> str:
    return (
        f"What {verdict} means: were nothing {than}, a run would say so of any series "
        f"with probability at most {percent(alpha)}."
    )


def passes(outcome: GateOutcome) -> Iterator[str]:
    """Yield what the series that pass exclude: times by their bounds, then counts by their rounds."""
    passed = [each for each in outcome.judged if each.verdict == "pass"]
    if timed := [each for each in passed if each.series.kind == "timed"]:
        yield _of_times(outcome, timed)
    counts = [each for each in passed if each.series.kind == "exact"]
    if equal := [each.rounds for each in counts if each.e_pass is None]:
        fewest = min(equal)
        yield (
            f"A count passes where it is equal in every round, {fewest} or more here: a change that shows in one "
            f"round of {RARE} would have been missed with probability {percent((1 - 1 / RARE) ** fewest)}."
        )
    if any(each.e_pass is not None for each in counts):
        yield (
            "A count that varies passes where it is not worse in most rounds: worse in at least half of them, net "
            "of those where it is better, it would have passed with probability at most "
            f"{percent(outcome.run.rule.beta)}."
        )


def _of_times(outcome: GateOutcome, timed: list[JudgedSeries]) -> str:
    rule = outcome.run.rule
    others: dict[float, dict[str, None]] = {}
    plain = False
    for each in timed:
        if each.series.bound is None:
            plain = True
        else:
            others.setdefault(each.series.bound, {})[label(each.series.metric)] = None
    bounds = [f"{percent(bound)} in {listed(list(names))}" for bound, names in sorted(others.items())]
    first = [f"{percent(rule.pass_bound)} in a series"] if plain else []
    behind = f" ({listed(bounds)})" if bounds and first else ""
    return (
        f"What pass means: a slowdown of {listed(first or bounds)}{behind} would have been passed "
        f"with probability at most {percent(rule.beta)}."
    )


def marks(outcome: GateOutcome) -> str:
    """Return what the mark on the axis of intervals stands for."""
    rule = outcome.run.rule
    if not outcome.run.interleaved:
        return (
            f"┊ marks the slowdown that a pass rules out on that assumption, {percent(rule.pass_bound)} "
            "unless a series has a bound of its own."
        )
    return (
        f"┊ marks the slowdown that passes with probability at most {percent(rule.beta)}: "
        f"{percent(rule.pass_bound)} unless a series has a bound of its own. No verdict rests on the interval."
    )


def change(outcome: GateOutcome) -> str:
    """Return what the columns of the series stand for."""
    if not outcome.run.interleaved:
        return (
            "From → to: the medians of either side. MDE: the smallest slowdown that would probably be called one."
        )
    return (
        "Change: the typical ratio of the two sides' values in one round. From → to: the base's median, and that "
        "value times the change; of a count, the values. MDE: the smallest slowdown that so many rounds show four "
        "times out of five."
    )
