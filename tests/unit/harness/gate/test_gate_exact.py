"""Counts are compared by equality where they repeat, and by signs where they do not."""

import random

import pytest

from overlap.harness.gate.judge import judge_series, settled
from overlap.harness.gate.record import GateRule, RoundPair, Series

RULE = GateRule()


def counts(bases, candidates, better="lower", orders=("BC", "CB")):
    """A series of counts, the order of the arms taking turns."""
    pairs = tuple(
        RoundPair(i, orders[i % len(orders)], float(base), float(candidate))
        for i, (base, candidate) in enumerate(zip(bases, candidates, strict=True))
    )
    return Series("chain gather", "requests_per_call", "", "exact", better, pairs)


def judged(*words, hypotheses=30, **more):
    """The judgement on such a series."""
    return judge_series(counts(*words, **more), RULE, hypotheses)


def test_three_equal_rounds_pass_and_two_do_not_yet():
    """A count that repeats needs no statistics."""
    assert judged([1, 1], [1, 1]).verdict == "inconclusive"
    found = judged([1, 1, 1], [1, 1, 1])
    assert (found.verdict, found.ratio, found.e_slower) == ("pass", 1.0, None)
    assert found.why == "1 in both, in 3 rounds"


@pytest.mark.parametrize(
    ("better", "more", "fewer"),
    [
        ("lower", "regressed", "improved"),
        ("higher", "improved", "regressed"),
        ("neither", "regressed", "regressed"),
    ],
)
def test_a_count_that_changed_for_good_is_a_change_after_six_rounds(better, more, fewer):
    """Which one depends on which way is better; where neither is, it is told as one for the worse."""
    assert judged([1] * 5, [2] * 5, better=better).verdict == "inconclusive"
    assert judged([1] * 6, [2] * 6, better=better).verdict == more
    found = judged([4] * 6, [3] * 6, better=better)
    assert (found.verdict, found.ratio) == (fewer, 0.75)
    assert ("any change counts" in found.why) == (better == "neither")


def test_a_count_may_grow_out_of_nothing():
    """Retries went from 0 to 1: no ratio, and a regression all the same."""
    found = judged([0] * 6, [1] * 6)
    assert (found.verdict, found.ratio) == ("regressed", None)


def test_a_difference_is_none_before_both_orders_were_seen():
    """Whoever goes first may open the connections: such a count would differ in each of these rounds."""
    assert judged([1] * 6, [2] * 6, orders=("BC",)).verdict == "inconclusive"
    assert judged([1] * 7, [2] * 7, orders=("BC",) * 6 + ("CB",)).verdict == "regressed"


def test_more_hypotheses_ask_for_more_rounds_of_a_difference():
    """2 * 4^-6 is 0.00049: enough for alpha = 0.05 over 100 series, not over 200."""
    assert judged([1] * 6, [2] * 6, hypotheses=100).verdict == "regressed"
    assert judged([1] * 6, [2] * 6, hypotheses=200).verdict == "inconclusive"
    assert judged([1] * 7, [2] * 7, hypotheses=200).verdict == "regressed"


def test_a_count_that_varies_in_both_arms_passes_and_says_so():
    """Thirty-two or thirty-three in flight, whichever arm: that is how it is."""
    found = judged([32, 33] * 10, [33, 32, 32, 33] * 5)
    assert found.verdict == "pass"
    assert found.why == "varies in the base itself: higher in 5 of 20 rounds, lower in 5; not judged by equality"


def test_a_varying_count_passes_no_sooner_than_a_timed_series_could():
    """Three rounds of luck are not enough where equality means nothing."""
    few = judged([32, 33, 32, 33, 32], [32, 33, 33, 33, 32])
    assert few.verdict == "inconclusive"
    assert not settled(few, few.series, RULE, 30)


@pytest.mark.parametrize(("better", "verdict"), [("lower", "regressed"), ("higher", "improved")])
def test_a_varying_count_that_is_always_higher_is_a_change(better, verdict):
    """The signs decide: fourteen times more, never less."""
    found = judged([32, 33] * 8, [35, 36] * 8, better=better)
    assert found.verdict == verdict
    assert max(found.e_slower, found.e_faster) > 30 / RULE.alpha


def test_a_candidate_that_alone_begins_to_vary_is_found_out():
    """One call a request became one or two: higher in two rounds of three, lower in none."""
    found = judged([1] * 40, [2, 2, 1] * 13 + [2])
    assert found.verdict == "regressed"
    assert found.why.startswith("varies in the candidate, not in the base")


def test_any_lasting_change_of_a_varying_count_counts_where_neither_way_is_better():
    """Fewer chunks may be as wrong as more."""
    assert judged([32, 33] * 10, [30, 31] * 10, better="neither").verdict == "regressed"
    assert judged([32, 33] * 10, [33, 32, 32, 33] * 5, better="neither").verdict == "pass"


def test_counts_that_vary_alike_alarm_no_more_often_than_alpha():
    """Both arms draw from the same few values, rounds looked at one after the other: 750 runs at alpha 5 %."""
    rng = random.Random(4)
    alarms = 0
    for _ in range(750):
        share = rng.random()
        draws = [[int(rng.random() < share) for _ in range(14)] for _ in range(2)]
        orders = [rng.choice(("BC", "CB")) for _ in range(14)]
        alarms += any(
            judged(draws[0][:n], draws[1][:n], hypotheses=1, orders=orders).verdict == "regressed"
            for n in (6, 8, 14)
        )
    assert alarms / 750 <= 0.05


def test_a_value_that_is_no_number_is_no_verdict():
    """Not-a-number equals nothing, not even itself."""
    assert judged([1, float("nan"), 1], [1, 1, 1]).verdict == "invalid"


def test_nothing_counted_is_nothing_known():
    """An empty series never passes."""
    assert judged([], []).verdict == "inconclusive"
