"""Shares and numbers of calls, and figures that are 0 in some rounds: intervals are possible and not empty."""

import pytest
import scipy

from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.columns import MetricColumn
from overlap.harness.stats.proportion import beta, effective, interval, share


@pytest.mark.parametrize("x", [0.001, 0.3, 0.5, 0.97])
@pytest.mark.parametrize(("a", "b"), [(0.5, 1), (1, 16), (3.3, 7), (900, 40)])
def test_the_beta_distribution_is_scipys(x, a, b):
    """Twelve digits, on both sides of its mean."""
    assert beta(x, a, b) == pytest.approx(scipy.stats.beta.cdf(x, a, b), abs=1e-12)


@pytest.mark.parametrize(("hits", "calls"), [(0, 15), (15, 15), (14, 15), (500, 1600)])
def test_the_interval_is_clopper_and_pearsons(hits, calls):
    """As the textbook has it."""
    exact = scipy.stats.binomtest(hits, calls).proportion_ci(method="exact")
    assert interval(hits, calls) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_fifteen_good_calls_do_not_show_that_all_are_good():
    """By hand: (0.025)^(1/15) is 0.782, so a budget of 99.9 % is undecided."""
    estimate = MetricColumn([100, 100, 100], [5, 5, 5], "%", 100, "share").estimate()
    assert (estimate.value, estimate.high) == (100, 100)
    assert estimate.low == pytest.approx(78.2, abs=0.05)
    assert estimate.count == 15


def test_sixteen_failed_calls_in_one_of_five_rounds_are_not_none():
    """3.2 a round on average, and what one bad round says about the next is little."""
    estimate = MetricColumn([0, 0, 0, 0, 16], [16] * 5, "", None, "number").estimate()
    assert estimate.value == pytest.approx(3.2)
    assert 0 <= estimate.low < 0.5
    assert 10 < estimate.high <= 16


def test_rounds_that_differ_by_more_than_chance_are_worth_fewer_calls():
    """Eighty calls are worth eighty where rounds are alike, and not five where whole rounds fail."""
    assert effective([8, 8, 8, 8, 8], [16] * 5) == 80
    assert effective([0, 0, 0, 0, 16], [16] * 5) < 5
    assert effective([0, 0, 0], [5, 5, 5]) == 15


@pytest.mark.parametrize(
    "numbers", [[100, 95, 90], [100, 100, 0], [0, 0, 0], [100, 100, 100], [100, 99, 100, 98, 100]]
)
def test_a_share_stays_between_nothing_and_all_and_has_a_width(numbers):
    """Whatever the rounds were."""
    estimate = MetricColumn(numbers, [20] * len(numbers), "%", 100, "share").estimate()
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 100
    assert estimate.low < estimate.high


def test_a_figure_that_was_zero_in_some_rounds_is_its_mean_and_never_below_zero():
    """Goodput of 0, 0, 5, 0 and 8 a second: 2.6, and not the 2.5 that lies between -2.8 and 7.8."""
    estimate = over_rounds([0, 0, 5, 0, 8], 80, "1/s")
    assert estimate.value == pytest.approx(2.6)
    assert estimate.low == 0
    assert estimate.high == pytest.approx(2.6 + 2.776 * 3.715 / 5**0.5, abs=0.01)


def test_total_time_does_not_reach_below_the_shortest_possible():
    """Rounds of 101 to 140 ms whose ideal is 100: the interval would begin at 88."""
    numbers = [101.0, 140.0, 102.0]
    free = MetricColumn(numbers, [16] * 3, "ns").estimate()
    bound = MetricColumn(numbers, [16] * 3, "ns", least=[100.0] * 3).estimate()
    assert free.low < 95
    assert bound.low == 100
    assert (bound.value, bound.high) == (free.value, free.high)
    fast = MetricColumn([10.0, 7.0, 9.9], [16] * 3, "1/s", bound=[10.0] * 3).estimate()
    assert fast.high == 10


def test_what_is_possible_is_known_only_where_every_round_says_it():
    """One round without a journal, and nothing is cut off."""
    numbers = [101.0, 140.0, 102.0]
    assert MetricColumn(numbers, [16] * 3, "ns", least=[100.0, None, 100.0]).estimate().low < 95


def test_two_rounds_have_no_interval():
    """However many calls they had: what sets rounds apart is not seen in two."""
    estimate = MetricColumn([100, 90], [500, 500], "%", 100, "share").estimate()
    assert (estimate.value, estimate.low, estimate.high) == (95, None, None)
    assert share([1, 1], [1, 1])[0] == 1
