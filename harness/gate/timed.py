"""
The verdict on a timed series: e-values over the log ratios of its rounds, and an estimate large enough to matter.

    regressed      e against "not worse" reaches m / alpha, and the estimate is worse by min_effect or more
    improved       the same on the other side
    pass           e against "worse by pass_bound or more" reaches 1 / beta, and the estimate is below min_effect
    inconclusive   none of them, so far

m is the number of hypotheses of the run. Divided so, alpha bounds the chance of any false alarm in the whole run,
whatever the series have to do with one another, and also for the largest e-value over the rounds, which is what is
compared. beta bounds the chance of a false pass series by series.
"""

from dataclasses import dataclass
from math import exp, isfinite, log, log1p
from statistics import median

import numpy as np

from harness.gate.eprocess import evidence, noise_of
from harness.gate.interval import ends, middle, walsh
from harness.gate.mde import mde
from harness.gate.record import Judged, Pair, Rule, Series, Verdict
from harness.stats.quantiles import Floats

# A ratio with nothing on one side is worse or better than any; it counts as this one.
MOST = log(1000)
# exp() of more is no number that a JSON file could hold.
LARGEST = 690.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rounds of one timed series say: log ratios where larger is worse, logs of e-values, shares."""

    estimate: float
    low: float | None
    high: float | None
    slower: float
    faster: float
    under: float
    over: float
    noise: float


def log_ratio(pair: Pair, better: str) -> float:
    """
    Answer log(candidate / base), or its opposite where higher is better: above zero is worse.

    A value that is not above zero stands below every one that is; two of them are no difference.
    """
    base, candidate = max(pair.base, 0.0), max(pair.candidate, 0.0)
    if not base or not candidate:
        ratio = MOST * ((candidate > 0) - (base > 0))
    else:
        ratio = min(MOST, max(-MOST, log(candidate) - log(base)))
    return -ratio if better == "higher" else ratio


def weigh(logs: Floats, rule: Rule) -> Finding:
    """Weigh log ratios *logs* (rounds), larger is worse; at least one."""
    found = evidence(logs, rule.noise, log1p(rule.pass_bound))
    averages = walsh(logs)
    interval = ends(averages, len(logs))
    return Finding(
        estimate=float(middle(averages)),
        low=None if interval is None else float(interval[0]),
        high=None if interval is None else float(interval[1]),
        slower=float(found.slower[-1]),
        faster=float(found.faster[-1]),
        under=float(found.under[-1]),
        over=float(found.over[-1]),
        noise=float(noise_of(logs, rule.noise)),
    )


def decide(found: Finding, rule: Rule, hypotheses: int, *, either_way: bool = False) -> Verdict:
    """Answer the verdict that *found* gives; *either_way* where any change is one for the worse."""
    enough, matters = log(hypotheses / rule.alpha), log1p(rule.min_effect)
    if either_way:
        # Two nulls are tried where there was one.
        enough += log(2)
        changed = max((found.slower, found.estimate), (found.faster, -found.estimate), key=lambda side: side[1])
        if changed[0] >= enough and changed[1] >= matters:
            return "regressed"
        passed = min(found.under, found.over) >= -log(rule.beta) and changed[1] < matters
        return "pass" if passed else "inconclusive"
    if found.slower >= enough and found.estimate >= matters:
        return "regressed"
    if found.faster >= enough and found.estimate <= -matters:
        return "improved"
    passed = found.under >= -log(rule.beta) and found.estimate < matters
    return "pass" if passed else "inconclusive"


def judge_timed(series: Series, rule: Rule, hypotheses: int) -> Judged:
    """Judge a series of kind "timed" by its counted rounds; without one it is inconclusive."""
    pairs = series.counted
    if not pairs:
        return Judged(series, "inconclusive", "no round counts", 0)
    if not all(isfinite(value) for pair in pairs for value in (pair.base, pair.candidate)):
        return Judged(series, "invalid", "a round has a value that is no number", len(pairs))
    found = weigh(np.array([log_ratio(pair, series.better) for pair in pairs]), rule)
    verdict = decide(found, rule, hypotheses, either_way=series.better == "neither")
    smallest = mde(found.noise, len(pairs), rule, hypotheses)
    low, high = found.low, found.high
    sign = -1 if series.better == "higher" else 1
    if sign < 0:
        low, high = found.high, found.low
    return Judged(
        series,
        verdict,
        _why(verdict, found, rule, hypotheses, smallest),
        len(pairs),
        base=median(pair.base for pair in pairs),
        candidate=median(pair.candidate for pair in pairs),
        ratio=exp(sign * found.estimate),
        low=None if low is None else exp(sign * low),
        high=None if high is None else exp(sign * high),
        e_slower=as_e(found.slower),
        e_faster=as_e(found.faster),
        e_pass=as_e(found.under),
        noise=found.noise,
        mde=smallest,
    )


def as_e(logarithm: float) -> float:
    """Answer the e-value of a logarithm, as large as a float can hold."""
    return exp(min(logarithm, LARGEST))


def _why(verdict: Verdict, found: Finding, rule: Rule, hypotheses: int, smallest: float | None) -> str:
    worse = exp(found.estimate) - 1
    if verdict in {"regressed", "improved"}:
        if verdict == "regressed" and found.estimate < 0:
            return f"changed by {worse:+.1%}, where any change counts"
        e = as_e(found.slower if verdict == "regressed" else found.faster)
        word = "worse" if verdict == "regressed" else "better"
        return f"{word} by {abs(worse):.1%}: e = {e:.3g}, and {hypotheses / rule.alpha:g} is enough"
    if verdict == "pass":
        return f"{rule.pass_bound:.0%} worse would have shown: e = {as_e(found.under):.3g}, estimate {worse:+.1%}"
    could = (
        "no effect could have been seen yet" if smallest is None else f"the least it could see is {smallest:.1%}"
    )
    return f"undecided at {worse:+.1%}; with a noise of {found.noise:.1%} a round {could}"
