"""The estimate of a ratio and its interval, against scipy, by hand, and in simulation."""

import numpy as np
import pytest

from overlap.harness.gate.evidence import interval
from overlap.harness.gate.evidence.interval import ends
from overlap.harness.stats.robust import middle, walsh


def test_walsh_averages_are_the_means_of_all_pairs():
    """Of 0, 1 and 5: themselves and 0.5, 2.5, 3; the middle of them is 1.75."""
    averages = walsh(np.array([5.0, 0.0, 1.0]))
    assert averages.tolist() == [0.0, 0.5, 1.0, 2.5, 3.0, 5.0]
    assert middle(averages) == 1.75


def test_five_rounds_cannot_give_a_95_percent_interval():
    """All of five signs agree one time in sixteen by chance: more than the 5 % that may be missed."""
    assert ends(walsh(np.arange(5.0)), 5) is None
    low, high = ends(walsh(np.arange(6.0)), 6)
    assert (low, high) == (0.0, 5.0)


@pytest.mark.parametrize(("rounds", "smallest"), [(6, 1), (8, 4), (10, 9), (20, 53)])
def test_the_interval_leaves_out_as_many_averages_as_the_tables_say(rounds, smallest):
    """Critical values of Wilcoxon's test, two-sided at 5 %: 0, 3, 8 and 52 (Hollander and Wolfe, table A.4)."""
    averages = np.arange(rounds * (rounds + 1) / 2)
    low, high = ends(averages, rounds)
    assert low == smallest - 1
    assert high == averages[-smallest]


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """4,000 times ten rounds of heavy-tailed noise: 95 % at least, and not all of them."""
    rng = np.random.default_rng(3)
    low, high = ends(walsh(0.04 * rng.standard_t(3, (4000, 10))), 10)
    held = ((low <= 0) & (high >= 0)).mean()
    assert 0.94 < held < 0.97


def test_many_rounds_are_judged_by_the_normal_approximation_of_the_same_statistic():
    """At 120 rounds, the exact and the approximate end are within five of 7,260 averages."""
    exact, close = (np.cumsum(chances(120)) for chances in (interval._signed_ranks, interval._normal))
    assert abs(int(np.searchsorted(exact, 0.025)) - int(np.searchsorted(close, 0.025))) <= 5
    low, high = ends(np.arange(300 * 301 / 2), 300)
    assert low + high == 300 * 301 / 2 - 1
