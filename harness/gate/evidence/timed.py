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

from overlap.harness.gate.evidence.eprocess import evidence, noise_of
from overlap.harness.gate.evidence.interval import ends
from overlap.harness.gate.evidence.mde import mde
from overlap.harness.gate.evidence.why import Grounds, SeriesEvidence, as_e, lacking, why
from overlap.harness.gate.record import ARMS, GateRule, JudgedSeries, RoundPair, Series, SeriesVerdict
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.robust import batched, middle, walsh

# A ratio with nothing on one side is worse or better than any; it counts as this one.
MOST = log(1000)
# Pairs of rounds grow with their square. So many are of a benchmark's iterations anyway; beyond, neighbours are
# averaged.
MOST_ROUNDS = 1000
# With fewer rounds, an arm without a value may yet give one.
FEWEST = 3


def log_ratio(pair: RoundPair, better: str) -> float:
    """
    Return log(candidate / base), or its opposite where higher is better: above zero is worse.

    A value that is not above zero stands below every one that is; two of them are no difference. Of a round in
    which one arm gave no value, that arm is the worse one: to leave such rounds out would select by the outcome.
    """
    if pair.lacks:
        return MOST if pair.lacks == "candidate" else -MOST
    base, candidate = max(pair.base, 0.0), max(pair.candidate, 0.0)
    if not base or not candidate:
        ratio = MOST * ((candidate > 0) - (base > 0))
    else:
        ratio = min(MOST, max(-MOST, log(candidate) - log(base)))
    return -ratio if better == "higher" else ratio


def decide(
    series_evidence: SeriesEvidence, rule: GateRule, hypotheses: int, *, either_way: bool = False
) -> SeriesVerdict:
    """Return the verdict that *series_evidence* gives; *either_way* where any change is one for the worse."""
    enough, matters = log(hypotheses / rule.alpha), log1p(rule.min_effect)
    if either_way:
        # Two nulls are tried where there was one.
        enough += log(2)
        changed = max(
            (series_evidence.slower, series_evidence.estimate),
            (series_evidence.faster, -series_evidence.estimate),
            key=lambda side: side[1],
        )
        if changed[0] >= enough and changed[1] >= matters:
            return "regressed"
        passed = min(series_evidence.under, series_evidence.over) >= -log(rule.beta) and changed[1] < matters
        return "pass" if passed else "inconclusive"
    if series_evidence.slower >= enough and series_evidence.estimate >= matters:
        return "regressed"
    if series_evidence.faster >= enough and series_evidence.estimate <= -matters:
        return "improved"
    passed = series_evidence.under >= -log(rule.beta) and series_evidence.estimate < matters
    return "pass" if passed else "inconclusive"


def learned(verdict: SeriesVerdict, estimate: float, faster: float, rule: GateRule, hypotheses: int) -> bool:
    """
    Return whether more rounds would teach nothing that matters.

    A pass may yet become an improvement where its estimate is large enough and there is evidence, but too little.
    """
    growing = estimate <= -log1p(rule.min_effect) and 0 < faster < log(hypotheses / rule.alpha)
    return verdict not in {"pass", "inconclusive"} or (verdict == "pass" and not growing)


def unjudged(series: Series) -> JudgedSeries | None:
    """Return the verdict on a series of which nothing can be told; None if something can."""
    pairs = series.counted
    if not pairs:
        return JudgedSeries(series, "inconclusive", "no round counts", 0)
    if one_sided := _one_sided(series, pairs):
        return one_sided
    values = [value for pair in pairs for value in (pair.base, pair.candidate) if not pair.lacks]
    if not all(isfinite(value) for value in values):
        return JudgedSeries(series, "invalid", "a round has a value that is no number", len(pairs))
    return None


def _one_sided(series: Series, pairs: tuple[RoundPair, ...]) -> JudgedSeries | None:
    """
    Return the verdict where an arm lacks the series; None if both have it, or enough of it to be judged.

    A count that is missing equals nothing; a time that is missing now and then is a round lost (`log_ratio`).
    """
    lost = [pair.lacks for pair in pairs if pair.lacks]
    whole = len(pairs) - len(lost)
    if not lost or (series.kind == "timed" and whole):
        return None
    reason = lacking(pairs).partition(":")[0].removeprefix("; ")
    if len(pairs) < FEWEST:
        return JudgedSeries(series, "inconclusive", f"so far {reason}", len(pairs))
    return JudgedSeries(series, "invalid", f"{reason}, where the other side gave one", len(pairs))


def judge_timed(series: Series, rule: GateRule, hypotheses: int) -> JudgedSeries:
    """Judge a series of kind "timed" by its counted rounds; without one it is inconclusive."""
    pairs = series.counted
    if nothing := unjudged(series):
        return nothing
    rule = rule if series.bound is None else replace(rule, pass_bound=series.bound)
    logs = batched(np.array([log_ratio(pair, series.better) for pair in pairs]), MOST_ROUNDS)
    weights = evidence(logs, rule.noise, log1p(rule.pass_bound))
    averages = walsh(logs)
    last = (float(each[-1]) for each in (weights.slower, weights.faster, weights.under, weights.over))
    series_evidence = SeriesEvidence(float(middle(averages)), *last)
    either_way = series.better == "neither"
    verdict = decide(series_evidence, rule, hypotheses, either_way=either_way)
    noise = float(noise_of(logs, rule.noise))
    smallest = mde(noise, len(logs), rule, hypotheses)
    reach = _reach(ends(averages, len(logs)))
    typical = _typical(pairs, series.better, series_evidence.estimate, reach)
    grounds = Grounds(
        series_evidence,
        logs,
        rule,
        hypotheses,
        either_way,
        ratio=typical.ratio,
        low=typical.low,
        high=typical.high,
        reach=reach,
        noise=noise,
        smallest=smallest,
    )
    return JudgedSeries(
        series,
        verdict,
        f"{why(verdict, grounds)}{lacking(pairs)}",
        len(pairs),
        base=typical.base,
        candidate=typical.candidate,
        ratio=typical.ratio,
        low=typical.low,
        high=typical.high,
        e_slower=as_e(series_evidence.slower),
        e_faster=as_e(series_evidence.faster),
        e_pass=as_e(min(series_evidence.under, series_evidence.over) if either_way else series_evidence.under),
        noise=noise,
        mde=smallest,
    )


def _reach(interval: tuple[Floats, Floats] | None) -> tuple[float, float] | None:
    return None if interval is None else (float(interval[0]), float(interval[1]))


@dataclass(frozen=True, slots=True)
class _Typical:
    """The typical values of the rounds; *candidate* / *base* is exactly *ratio*."""

    base: float
    candidate: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def _typical(
    pairs: tuple[RoundPair, ...], better: str, estimate: float, reach: tuple[float, float] | None
) -> _Typical:
    """
    Return the base's median, and the candidate's as the paired change has it.

    The medians of either side are of rounds at different times, and their quotient is not the change of a round.
    Where one of them is not above zero there is no ratio, and both are told as they are.
    """
    base, candidate = (median(getattr(pair, arm) for pair in pairs if not pair.lacks) for arm in ARMS)
    if base <= 0 or candidate <= 0:
        return _Typical(base, candidate)
    sign = -1 if better == "higher" else 1
    ratio = exp(sign * estimate)
    if reach is None:
        return _Typical(base, base * ratio, ratio)
    low, high = sorted(exp(sign * end) for end in reach)
    return _Typical(base, base * ratio, ratio, low, high)
