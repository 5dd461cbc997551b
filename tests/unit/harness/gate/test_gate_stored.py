"""Verdicts on what was not measured in turn: how often they are wrong where a machine drifts as assumed."""

import math
import random

import pytest

from overlap.harness.gate.record import GateRule, RoundPair, Series
from overlap.harness.gate.unpaired import LEVEL, PASS_BOUND, judge_stored

RULE = GateRule(pass_bound=PASS_BOUND)
BUILDS = 600


def measured(rng, slower=0.0, processes=5, level=LEVEL, better="lower"):
    """Draw a series: each side has one level for all of its processes, and each process luck of its own."""
    base, candidate = rng.gauss(0, level), rng.gauss(slower, level)
    pairs = [(math.exp(rng.gauss(base, 0.02)), math.exp(rng.gauss(candidate, 0.02))) for _ in range(processes)]
    if better == "higher":
        pairs = [(1 / a, 1 / b) for a, b in pairs]
    return Series(
        "a", "median", "ns", "timed", better, tuple(RoundPair(i, "BC", a, b) for i, (a, b) in enumerate(pairs))
    )


def share(verdict, hypotheses=1, **more):
    """Return in how many of 600 builds the verdict was *verdict*."""
    rng = random.Random(7)
    found = [judge_stored(measured(rng, **more), RULE, hypotheses).verdict for _ in range(BUILDS)]
    return found.count(verdict) / BUILDS


@pytest.mark.parametrize("processes", [1, 5, 20])
def test_drift_alone_is_rarely_called_a_slowdown(processes):
    """In at most 5 % of builds, and no more for all the processes in the world."""
    # 600 builds: the standard error of 5 % is 0.9 points.
    assert share("regressed", processes=processes) <= 0.077


def test_thirty_rows_do_not_multiply_the_alarms():
    """Each of thirty may alarm in a thirtieth of 5 %."""
    assert share("regressed", hypotheses=30) <= 0.008


def test_a_slowdown_of_the_bound_is_rarely_passed():
    """25 % slower passes in at most 5 % of builds."""
    assert share("pass", slower=math.log1p(PASS_BOUND)) <= 0.077


def test_a_large_slowdown_is_caught():
    """40 % is beyond any drift that is assumed; so is a speed-up by as much."""
    assert share("regressed", slower=math.log(1.4)) >= 0.95
    assert share("improved", slower=-math.log(1.4)) >= 0.95


def test_nothing_changed_mostly_passes():
    """The gate is of some use even so."""
    assert share("pass") >= 0.8


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_worse_is_worse_whichever_way_is_better(better):
    """Of a rate, a fall is one; its ratio is told as it is."""
    judged = judge_stored(measured(random.Random(1), slower=1.0, better=better), RULE, 1)
    assert judged.verdict == "regressed"
    assert (judged.ratio > 1) == (better == "lower")
    assert judged.low < judged.ratio < judged.high


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_value_without_a_ratio_is_invalid(value):
    """No logarithm is taken of it."""
    series = Series("a", "median", "ns", "timed", "lower", (RoundPair(0, "BC", 1.0, value),))
    assert judge_stored(series, RULE, 1).verdict == "invalid"


def test_rounds_that_do_not_count_give_no_verdict():
    """As where two machines were compared."""
    series = Series("a", "median", "ns", "timed", "lower", (RoundPair(0, "BC", 1.0, 2.0, "another machine"),))
    assert judge_stored(series, RULE, 1).verdict == "inconclusive"
