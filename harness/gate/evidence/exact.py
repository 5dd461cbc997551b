"""
The verdict on an exact series: counts that should repeat, compared by equality, and by signs where they do not.

Constant in both arms and equal for three rounds: pass, without any clock. Constant in both arms and different:
changed, as soon as chance has no more than its share of alpha: if each slot of either arm drew its value from one
distribution, two arms could look so with a chance of at most 2 * 4^-n (reached by two values, each drawn half the
time), which after the least six rounds is 0.05 %. Both orders must have been seen, for a value that depends on
which arm went first would look so, too.

Where a value varies within an arm, equality means nothing, and the signs of candidate - base are bet on instead.
With arms in random order and nothing changed, plus is as likely as minus, so E = prod (1 + lambda * sign) is a
martingale, as for timed series; ties leave it as it is. Varying is no fault by itself: a bet against "the
candidate is the worse one in at least half of the rounds more than it is the better one" passes it with beta, and
takes about as many rounds as a timed series (a bounded mean, Waudby-Smith and Ramdas as in `eprocess`).
"""

from math import ceil, log
from statistics import fmean, median

import numpy as np

from overlap.harness.gate.evidence.eprocess import STAKES, WEIGHTS
from overlap.harness.gate.evidence.timed import unjudged
from overlap.harness.gate.evidence.why import as_e
from overlap.harness.gate.record import ERRORS, GateRule, JudgedSeries, RoundPair, Series, SeriesVerdict
from overlap.harness.report.figures import count, plainly
from overlap.harness.stats.quantiles import Floats

SAME = 3
DIFFERENT = 6
# Worse in so large a share of the rounds, net of those where it is better, is what may hardly ever pass.
NET = 0.5


def judge_exact(series: Series, rule: GateRule, hypotheses: int) -> JudgedSeries:
    """Judge a series of kind "exact" by its counted rounds; without one it is inconclusive."""
    pairs = series.counted
    if nothing := unjudged(series):
        return nothing
    bases, candidates = {pair.base for pair in pairs}, {pair.candidate for pair in pairs}
    if len(bases) == len(candidates) == 1:
        return _constant(series, pairs, rule, hypotheses)
    return _varying(series, pairs, rule, hypotheses)


def _constant(series: Series, pairs: tuple[RoundPair, ...], rule: GateRule, hypotheses: int) -> JudgedSeries:
    base, candidate, rounds = pairs[-1].base, pairs[-1].candidate, len(pairs)
    verdict: SeriesVerdict = "inconclusive"
    if base == candidate:
        why = f"{plainly(base)} in both, in {count(rounds, 'round')}"
        verdict = "pass" if rounds >= SAME else verdict
        if verdict == "inconclusive":
            why += f"; {SAME} are needed"
    else:
        each = f"each of {rounds} rounds" if rounds > 1 else "1 round"
        why = f"{plainly(base)} became {plainly(candidate)}, in {each}"
        needed = max(DIFFERENT, ceil(log(2 * hypotheses / rule.alpha) / log(4)))
        ordered = len({pair.order for pair in pairs}) > 1 or rounds >= rule.max_rounds
        if rounds >= needed and ordered:
            verdict = direction(series.better, worse_if_higher=candidate > base)
        if series.better == "neither":
            why += ", where any change counts"
        if rounds < needed:
            why += f"; {needed} rounds make it certain"
        elif not ordered:
            first = "base" if pairs[0].order == "BC" else "candidate"
            why += f", always with the {first} first: a round in the other order decides"
    return JudgedSeries(
        series, verdict, why, rounds, base=base, candidate=candidate, ratio=candidate / base if base > 0 else None
    )


def direction(better: str, *, worse_if_higher: bool) -> SeriesVerdict:
    """Name a change that is certain; where neither way is better, a change is one for the worse."""
    if better == "neither":
        return "regressed"
    return "regressed" if worse_if_higher == (better == "lower") else "improved"


def _varying(series: Series, pairs: tuple[RoundPair, ...], rule: GateRule, hypotheses: int) -> JudgedSeries:
    signs = np.array([float(np.sign(pair.candidate - pair.base)) for pair in pairs])
    signs = -signs if series.better == "higher" else signs
    slower, faster = bets(signs), bets(-signs)
    under, over = bets(1 - signs / NET), bets(1 + signs / NET)
    enough = log(hypotheses / rule.alpha)
    either_way = series.better == "neither"
    verdict: SeriesVerdict = "inconclusive"
    if slower >= enough + log(2) * either_way or (either_way and faster >= enough + log(2)):
        verdict = "regressed"
    elif faster >= enough and not either_way:
        verdict = "improved"
    elif (min(under, over) if either_way else under) >= -log(rule.beta) and not _began_to_fail(series):
        verdict = "pass"
    base, candidate = _typical(pairs, float(signs.sum()) * (-1 if series.better == "higher" else 1))
    return JudgedSeries(
        series,
        verdict,
        _why(verdict, pairs),
        len(pairs),
        base=base,
        candidate=candidate,
        ratio=candidate / base if base > 0 else None,
        e_slower=as_e(slower),
        e_faster=as_e(faster),
        e_pass=as_e(min(under, over) if either_way else under),
    )


def _began_to_fail(series: Series) -> bool:
    """Return whether calls failed in rounds of the candidate and in none of the base, be they ever so few."""
    pairs = series.counted
    return series.metric == ERRORS and not any(p.base for p in pairs) and any(p.candidate for p in pairs)


def _typical(pairs: tuple[RoundPair, ...], net: float) -> tuple[float, float]:
    """
    Return what is told of either side: means, in which a change of few rounds shows, unless they hide the signs.

    *net* is in how many more rounds the candidate was the higher one.
    """
    base, candidate = fmean(pair.base for pair in pairs), fmean(pair.candidate for pair in pairs)
    if (candidate - base) * net < 0:
        return median(pair.base for pair in pairs), median(pair.candidate for pair in pairs)
    return base, candidate


def bets(outcomes: Floats) -> float:
    """Return the log of the largest e-value of bets on *outcomes* (rounds) of at least -1, of mean 0 or less."""
    paths = [
        np.cumsum(np.log1p(stake * outcomes)) + np.log(weight)
        for stake, weight in zip(STAKES, WEIGHTS, strict=True)
    ]
    return float(np.logaddexp.reduce(paths, axis=0).max())


def _why(verdict: SeriesVerdict, pairs: tuple[RoundPair, ...]) -> str:
    more = sum(pair.candidate > pair.base for pair in pairs)
    less = sum(pair.candidate < pair.base for pair in pairs)
    steady = len({pair.base for pair in pairs}) == 1
    varies = "varies in the candidate, not in the base" if steady else "varies in the base itself"
    sentence = f"{varies}: higher in {more} of {count(len(pairs), 'round')}, lower in {less}"
    return f"{sentence}; not judged by equality" if verdict == "pass" else sentence
