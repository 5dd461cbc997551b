"""Who is best, who is shown to be worse, and what is not shown: the arithmetic and the error rate."""

from math import exp, inf, log

import numpy as np
import pytest

from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import pooled, possible, rank, together, verdict
from overlap.harness.stats.student import critical


def rows(table):
    """Name the rows of a table of logs by their places, each figure by its round; NaN is none."""
    return {
        place: {turn: exp(value) for turn, value in enumerate(row) if not np.isnan(value)}
        for place, row in enumerate(table)
    }


def noise(count, rounds, scatter, seed):
    """Draw logs of equal rows, which share the mood of each round."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, scatter, (count, rounds)) + rng.normal(0, 0.1, (1, rounds))


def interval(low, high, value=None):
    """A ratio with this interval."""
    return Estimate((low * high) ** 0.5 if value is None else value, low, high, 5, 5, "")


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (interval(1.01, 1.2), "higher"),
        (interval(0.8, 0.95), "lower"),
        (interval(0.98, 1.02), "equal"),
        (interval(1.001, 1.02), "equal"),
        (interval(0.84, 1.52), "open"),
        (interval(0.95, 1.01), "open"),
        (interval(1.005, 1.05, 1.027), "open"),
        (interval(0.99, 1.04), "open"),
        (Estimate(1.5, None, None, 2, 2, ""), "open"),
    ],
)
def test_nothing_is_shown_that_the_whole_interval_does_not_show(ratio, shown):
    """Neither a difference nor equality: an interval that holds both is open."""
    assert verdict(ratio) == shown


def test_the_largest_difference_still_possible_looks_both_ways():
    """A ratio between 0.8 and 1.1 may be a quarter more the other way round."""
    assert possible(interval(0.8, 1.1)) == pytest.approx(0.25)
    assert possible(interval(0.95, 1.3)) == pytest.approx(0.3)
    assert possible(Estimate(1.0, None, None, 2, 2, "")) == inf


def test_two_rows_are_a_paired_t_test():
    """Worked out by the textbook: the mean of three log ratios, and t with two degrees of freedom."""
    ratios = np.log([1.10, 1.20, 1.15])
    found = rank({"a": {0: 1.0, 1: 2.0, 2: 3.0}, "b": {0: 1.1, 1: 2.4, 2: 3.45}})
    reach = critical(2) * ratios.std(ddof=1) / 3**0.5
    assert found.best == "a"
    assert list(found.worse) == ["b"]
    assert found.worse["b"].value == pytest.approx(exp(ratios.mean()))
    assert (found.worse["b"].low, found.worse["b"].high) == pytest.approx(
        (exp(ratios.mean() - reach), exp(ratios.mean() + reach))
    )


def test_the_noise_is_what_rows_and_rounds_leave_over():
    """By hand: a table of two rows and three rounds that adds up, but for 0.06 in one corner."""
    table = np.array([[0.0, 0.1, 0.2], [1.0, 1.1, 1.26]])
    # Twice-centred, the corner leaves 0.06 x (2/3, 1/3, 1/3) x (1/2, 1/2), in squares 0.0036 x 2/3 x 1/2.
    variance, freedom = pooled(table)
    assert freedom == 2
    assert variance == pytest.approx(0.0036 * (2 / 3) * (1 / 2) / 2)


def test_a_row_with_fewer_rounds_is_compared_in_those_it_has():
    """The mood of a round that it missed is not laid at its door."""
    table = noise(4, 5, 0.01, seed=1)
    table[:, 3:] += log(3)  # the last two rounds were slow for everybody
    table[3, 3:] = np.nan
    found = rank(rows(table))
    assert not found.worse
    table[3] += log(1.2)
    found = rank(rows(table))
    assert list(found.worse) == [3]
    assert found.worse[3].value == pytest.approx(1.2, abs=0.03)
    assert found.worse[3].rounds == 3


def test_a_slow_row_with_a_noise_of_its_own_does_not_hide_the_others():
    """One takes seven times as long and scatters by 20 %; among the others, 10 % are still seen."""
    table = noise(6, 5, 0.01, seed=3)
    table[0] += log(7) + np.random.default_rng(4).normal(0, 0.2, 5)
    table[1] += log(1.1)
    found = rank(rows(table))
    assert set(found.worse) == {0, 1}


def test_the_best_is_the_one_that_a_table_shows_as_smallest():
    """One burst raises the mean of a row, and not the centre of its rounds, which tables have."""
    burst, plain = [100.0, 101.0, 99.0, 100.0, 160.0], [104.0, 105.0, 103.0, 104.0, 104.0]
    assert np.mean(np.log(burst)) > np.mean(np.log(plain))
    assert over_rounds(burst, 5, "").value < over_rounds(plain, 5, "").value
    found = rank({"plain": dict(enumerate(plain)), "burst": dict(enumerate(burst))})
    assert found.best == "burst"
    assert found.open == ["plain"]


def test_the_largest_may_be_the_best():
    """Rates: ratios of what is worse are below 1."""
    found = rank({"a": {0: 10.0, 1: 11.0, 2: 10.5}, "b": {0: 5.0, 1: 5.4, 2: 5.3}}, largest=True)
    assert found.best == "a"
    assert found.worse["b"].high < 1
    assert found.worse["b"].value == pytest.approx(0.5, abs=0.02)


def test_what_cannot_be_ranked_is_left_out():
    """A ratio to nothing says nothing; one row has nobody beside it; two rounds show nothing."""
    assert rank({"a": {0: 0.0, 1: 1.0}}) is None
    assert rank({"a": {}}) is None
    assert rank({"a": {0: inf, 1: 1.0, 2: 1.0}}) is None
    assert together({"a": [1.0, inf, 2.0]}) == {}
    alone = rank({"a": {0: 1.0, 1: 1.0, 2: 1.0}, "b": {0: 0.0, 1: 2.0, 2: 2.0}})
    assert (alone.best, alone.worse, alone.rest) == ("a", {}, {})
    few = rank({"a": {0: 1.0, 1: 1.0}, "b": {0: 9.0, 1: 9.1}})
    assert (few.worse, few.open, few.possible) == ({}, ["b"], inf)


def test_rows_that_are_the_same_are_equal():
    """Every round the same number, as counters have it."""
    found = rank({"a": {0: 4.0, 1: 4.0, 2: 4.0}, "b": {0: 4.0, 1: 4.0, 2: 4.0}})
    assert found.equal == ["b"]
    assert found.possible == 0.0


@pytest.mark.parametrize(("count", "rounds"), [(2, 3), (12, 5)])
def test_of_equal_rows_hardly_ever_one_is_named(count, rounds):
    """At most one report in twenty; of 200, ten, and three standard errors of that more."""
    named = sum(bool(rank(rows(noise(count, rounds, 0.04, seed))).worse) for seed in range(200))
    assert named <= 10 + 3 * (200 * 0.05 * 0.95) ** 0.5


def test_a_row_that_is_ten_percent_slower_is_named_most_of_the_time():
    """Twelve rows, five rounds, a noise of 4 %: four in five; without it nothing above would be worth anything."""
    named = 0
    for seed in range(100):
        table = noise(12, 5, 0.04, seed)
        table[7] += log(1.1)
        named += 7 in rank(rows(table)).worse
    assert named > 60


def test_ratios_that_are_told_together_hold_together():
    """Twelve ratios of 1: in most reports every interval holds it, where single intervals would not."""
    rng = np.random.default_rng(5)
    missed = {"together": 0, "alone": 0}
    for _ in range(200):
        drawn = np.exp(rng.normal(0, 0.04, (12, 5)))
        many = together(dict(enumerate(drawn.tolist())))
        single = [together({0: row})[0] for row in drawn.tolist()]
        missed["together"] += any(not each.low <= 1 <= each.high for each in many.values())
        missed["alone"] += any(not each.low <= 1 <= each.high for each in single)
    assert missed["together"] <= 10 + 3 * (200 * 0.05 * 0.95) ** 0.5
    assert missed["alone"] > 50


def test_noise_is_pooled_over_what_is_alike_and_nothing_else():
    """A noisy metric does not widen a quiet one's intervals."""
    quiet, wild = [1.10, 1.11, 1.12], [1.0, 2.0, 0.5]
    apart = together({("cpu", 1): quiet, ("lag", 1): wild}, alike=lambda key: key[0])
    mixed = together({("cpu", 1): quiet, ("lag", 1): wild})
    assert verdict(apart["cpu", 1]) == "higher"
    assert verdict(mixed["cpu", 1]) == "open"
    assert together({0: [1.0, 0.0, 2.0], 1: []}) == {}
