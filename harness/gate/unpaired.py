"""
Verdicts where the two sides were not measured in turn: only by a wide margin, and on an assumption.

Between two runs a machine drifts, and no number of measurements on either side of the drift can show it. So its
size is assumed: the level of a run has a standard deviation of 5 % (`LEVEL`), which is what gates on stored
baselines meet on shared runners. With n processes a side, whose log ratios scatter by s,

    se = sqrt(2 * LEVEL**2 + pi / 2 * s**2 / n)

and a log ratio d is worse where d - z(alpha / m) * se > 0, and passes where d + z(beta) * se < log(1 + bound).
More processes make the second term small, and never the drift. The error rates hold as far as the assumption
does, which is why the report claims none.
"""

from math import exp, log, log1p, pi, sqrt
from statistics import NormalDist, median

import numpy as np

from overlap.harness.gate.record import ARMS, GateRule, JudgedSeries, RoundPair, Series, SeriesVerdict
from overlap.harness.report.figures import count
from overlap.harness.stats.robust import spread
from overlap.harness.text.percentages import change, percent

LEVEL = 0.05
# The slowdown that a pass excludes here: with this drift a bound of 5 % could never be shown.
PASS_BOUND = 0.25
POWER = 0.8


def judge_stored(series: Series, rule: GateRule, hypotheses: int) -> JudgedSeries:
    """Judge one timed series of a run whose arms were not interleaved; *hypotheses* series are judged in all."""
    pairs = series.counted
    if not pairs:
        return JudgedSeries(series, "inconclusive", "no round counts", 0)
    if any(not 0 < value < float("inf") for pair in pairs for value in (pair.base, pair.candidate)):
        return JudgedSeries(
            series, "invalid", "a value is no number above zero, so that there is no ratio", len(pairs)
        )
    sign = -1 if series.better == "higher" else 1
    bases, candidates = ([getattr(pair, arm) for pair in pairs] for arm in ARMS)
    estimate = sign * log(median(candidates) / median(bases))
    noise = _noise(pairs, rule)
    # A median of n normal values has a standard error of sqrt(pi / 2 / n).
    error = sqrt(2 * LEVEL**2 + noise**2 * pi / 2 / len(pairs))
    sure = NormalDist().inv_cdf(1 - rule.alpha / max(1, hypotheses))
    verdict = _verdict(estimate, error, sure, rule)
    both = NormalDist().inv_cdf(1 - rule.alpha / 2) * error
    ends = sorted(exp(sign * (estimate + side * both)) for side in (-1, 1))
    smallest = max(rule.min_effect, exp((sure + NormalDist().inv_cdf(POWER)) * error) - 1)
    return JudgedSeries(
        series,
        verdict,
        _why(verdict, exp(sign * estimate), error * sure, rule, _basis(series, len(pairs))),
        len(pairs),
        base=median(bases),
        candidate=median(candidates),
        ratio=exp(sign * estimate),
        low=ends[0],
        high=ends[1],
        noise=noise,
        mde=smallest,
    )


def _noise(pairs: tuple[RoundPair, ...], rule: GateRule) -> float:
    """Return the spread of the pairs' log ratios, or the spread that the rule assumes if that is larger."""
    return max(rule.noise, float(spread(np.array([log(pair.candidate / pair.base) for pair in pairs]))))


def _verdict(estimate: float, error: float, sure: float, rule: GateRule) -> SeriesVerdict:
    least = max(log1p(rule.min_effect), sure * error)
    if estimate > least:
        return "regressed"
    if estimate < -least:
        return "improved"
    passes = estimate + NormalDist().inv_cdf(1 - rule.beta) * error < log1p(rule.pass_bound)
    return "pass" if passes else "inconclusive"


def _basis(series: Series, processes: int) -> str:
    """Return what the verdict rests on, in words."""
    rounds = f", of {count(series.data, 'round')} or more each" if series.data else ""
    return f"{processes} process{'es' if processes > 1 else ''} a side, not in turn{rounds}"


def _why(verdict: SeriesVerdict, ratio: float, margin: float, rule: GateRule, basis: str) -> str:
    """Return the sentence; *ratio* is candidate / base, as in the row beside it."""
    drift = f"more than drift of {percent(LEVEL)} a run explains ({percent(exp(margin) - 1)})"
    if verdict in {"regressed", "improved"}:
        return f"{'worse' if verdict == 'regressed' else 'better'}: {change(ratio)}, {drift}; {basis}"
    if verdict == "pass":
        return f"{percent(rule.pass_bound)} worse would have shown; {basis}"
    return f"undecided at {change(ratio)}: drift alone may be as large; {basis}"
