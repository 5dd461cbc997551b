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

from dataclasses import dataclass, replace
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
MOST_ROUNDS = 1000
# exp() of more is no number that a JSON file could hold.
LARGEST = 690.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verdict rests on: the estimate, a log ratio where larger is worse, and the logs of four e-values."""

    estimate: float
    slower: float
    faster: float
    under: float
    over: float


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


def batched(logs: Floats) -> Floats:
    """
    Answer *logs* themselves, or the means of `MOST_ROUNDS` batches of neighbours where there are more.

    Pairs of rounds grow with their square, and so many are of a benchmark's iterations anyway.
    """
    if len(logs) <= MOST_ROUNDS:
        return logs
    return np.array([batch.mean() for batch in np.array_split(logs, MOST_ROUNDS)])


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


def learned(verdict: Verdict, estimate: float, faster: float, rule: Rule, hypotheses: int) -> bool:
    """
    Say whether more rounds would teach nothing that matters.

    A pass may yet become an improvement where its estimate is large enough and there is evidence, but too little.
    """
    growing = estimate <= -log1p(rule.min_effect) and 0 < faster < log(hypotheses / rule.alpha)
    return verdict not in {"pass", "inconclusive"} or (verdict == "pass" and not growing)


def unjudged(series: Series) -> Judged | None:
    """Answer the verdict on a series of which nothing can be told; None where something can."""
    pairs = series.counted
    if not pairs:
        return Judged(series, "inconclusive", "no round counts", 0)
    if not all(isfinite(value) for pair in pairs for value in (pair.base, pair.candidate)):
        return Judged(series, "invalid", "a round has a value that is no number", len(pairs))
    return None


def judge_timed(series: Series, rule: Rule, hypotheses: int) -> Judged:
    """Judge a series of kind "timed" by its counted rounds; without one it is inconclusive."""
    pairs = series.counted
    if nothing := unjudged(series):
        return nothing
    rule = rule if series.bound is None else replace(rule, pass_bound=series.bound)
    logs = batched(np.array([log_ratio(pair, series.better) for pair in pairs]))
    weights = evidence(logs, rule.noise, log1p(rule.pass_bound))
    averages = walsh(logs)
    last = (float(each[-1]) for each in (weights.slower, weights.faster, weights.under, weights.over))
    found = Finding(float(middle(averages)), *last)
    verdict = decide(found, rule, hypotheses, either_way=series.better == "neither")
    noise = float(noise_of(logs, rule.noise))
    smallest = mde(noise, len(logs), rule, hypotheses)
    sign = -1 if series.better == "higher" else 1
    low, high = _ratios(ends(averages, len(logs)), sign)
    return Judged(
        series,
        verdict,
        _why(verdict, exp(sign * found.estimate), found, rule, hypotheses) or _undecided(found, noise, smallest),
        len(pairs),
        base=median(pair.base for pair in pairs),
        candidate=median(pair.candidate for pair in pairs),
        ratio=exp(sign * found.estimate),
        low=low,
        high=high,
        e_slower=as_e(found.slower),
        e_faster=as_e(found.faster),
        e_pass=as_e(found.under),
        noise=noise,
        mde=smallest,
    )


def _ratios(interval: tuple[Floats, Floats] | None, sign: int) -> tuple[float | None, float | None]:
    """Answer an interval of log ratios as one of candidate / base, the lower end first."""
    if interval is None:
        return None, None
    low, high = sorted(exp(sign * float(end)) for end in interval)
    return low, high


def as_e(logarithm: float) -> float:
    """Answer the e-value of a logarithm, as large as a float can hold."""
    return exp(min(logarithm, LARGEST))


def _why(verdict: Verdict, ratio: float, found: Finding, rule: Rule, hypotheses: int) -> str | None:
    if verdict == "inconclusive":
        return None
    if verdict == "pass":
        bound, e = rule.pass_bound, as_e(found.under)
        return f"{bound:.0%} worse would have shown: e = {e:.3g} of {1 / rule.beta:g}, estimate {ratio - 1:+.1%}"
    e = as_e(found.slower if found.estimate > 0 else found.faster)
    word = (
        "better" if verdict == "improved" else "worse" if found.estimate > 0 else "changed, which counts as worse"
    )
    return f"{word}: {ratio - 1:+.1%}, e = {e:.3g} of {hypotheses / rule.alpha:g}"


def _undecided(found: Finding, noise: float, smallest: float | None) -> str:
    could = "nothing could have been seen yet" if smallest is None else f"the least it could see is {smallest:.1%}"
    return f"undecided at {exp(found.estimate) - 1:+.1%}; with a noise of {noise:.1%} a round {could}"
