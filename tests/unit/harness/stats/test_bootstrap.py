"""Intervals from rounds, against naive versions, scipy and simulation."""

from itertools import product
from math import exp, log, sqrt
from statistics import fmean, median

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.stats.bootstrap import WIDER, over_rounds, standard_error
from overlap.harness.stats.coverage import NOISE, held, of_numbers, of_percentiles
from overlap.harness.stats.resamples import ENUMERATED, resamples
from overlap.harness.stats.robust import centre


def walsh(values: list[float]) -> float:
    """Hodges and Lehmann's centre as a double loop."""
    return median((a + b) / 2 for i, a in enumerate(values) for b in values[i:])


def naive(values: list[float]) -> tuple[float, float, float]:
    """Centre and interval of a few rounds: every resample there is, in its order, each as likely as any other."""
    logs = [log(value) for value in values]
    centres = [walsh(list(drawn)) for drawn in product(logs, repeat=len(logs))]
    mean = fmean(centres)
    scatter = WIDER.get(len(logs), 1) * sqrt(fmean((each - mean) ** 2 for each in centres))
    reach = scipy.special.stdtrit(len(logs) - 1, 0.975) * scatter
    return exp(walsh(logs)), exp(walsh(logs) - reach), exp(walsh(logs) + reach)


@pytest.mark.parametrize("rounds", [3, 4, 5])
def test_a_few_rounds_give_the_interval_of_all_their_resamples(rounds):
    """Nothing is drawn where everything can be counted: the estimate is the naive one to the last digits."""
    values = np.random.default_rng(rounds).lognormal(3, 0.2, rounds).tolist()
    found = over_rounds(values, 100, "ns")
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx(naive(values))
    assert (found.count, found.rounds, found.unit) == (100, rounds, "ns")


def test_three_normal_rounds_give_an_interval_that_holds_their_centre_95_times_in_100():
    """
    Integrated, not simulated: three rounds are their mean, the size of what is left, and its angle in a plane.

    The mean over that size is Student's t with 2 degrees of freedom / sqrt(6), whatever the angle; at an angle the
    centre lies off the mean, and the error is as large, as on the circle of size 1.
    """
    angle = (np.arange(20_000) + 0.5) / 20_000 * 2 * np.pi
    plane = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])
    circle = np.stack((np.cos(angle), np.sin(angle)), axis=1) @ plane
    off, error = centre(circle), np.array([standard_error(each) for each in circle[:200]])
    whole = np.stack([centre(circle[:, drawn]) for drawn in product(range(3), repeat=3)])
    scatter = whole.std(axis=0)
    assert error == pytest.approx(WIDER[3] * scatter[:200])

    def held(factor: float) -> float:
        reach = factor * scipy.special.stdtrit(2, 0.975) * scatter
        ends = (scipy.special.stdtr(2, sqrt(6) * (side * reach - off)) for side in (1, -1))
        return float(np.subtract(*ends).mean())

    assert held(1) == pytest.approx(0.939, abs=5e-4)
    assert held(WIDER[3]) == pytest.approx(0.95, abs=1e-4)


def test_drawn_resamples_come_close_to_all_of_them():
    """Seven rounds have 1,716 resamples, of which 500 are drawn; the interval is as wide within a tenth."""
    values = np.random.default_rng(1).lognormal(3, 0.2, ENUMERATED + 1)
    found = over_rounds(values.tolist(), 7, "")
    # Every eleventh line of the table of all 7 ** 7.
    every = np.stack(np.unravel_index(np.arange(0, 7**7, 11), (7,) * 7), axis=-1)
    error = centre(np.log(values)[every]).std()
    assert found is not None
    assert log(found.high / found.low) == pytest.approx(2 * scipy.special.stdtrit(6, 0.975) * error, rel=0.1)


def test_the_same_rounds_always_give_the_same_interval():
    """A report made again from its file says the same, whatever was computed before."""
    values = np.random.default_rng(2).lognormal(size=20).tolist()
    first = over_rounds(values, 20, "")
    resamples.cache_clear()
    assert over_rounds(values, 20, "") == first


@pytest.mark.parametrize("rounds", [2, 6, 7, 30])
def test_every_round_is_as_likely_as_any_other_in_the_resamples(rounds):
    """The resamples' chances add up to one, and each round is taken once a resample on average."""
    drawn = resamples(rounds)
    weights = np.stack([np.bincount(row, minlength=rounds) for row in drawn.picks])
    assert drawn.chance.sum() == pytest.approx(1)
    assert (drawn.chance @ weights).tolist() == pytest.approx([1.0] * rounds)


def test_the_spread_of_resampled_means_is_the_textbooks_standard_error():
    """Enumerated with their chances, the resamples have exactly the variance sum of squares / n squared."""
    values = np.array([1.0, 4.0, 2.0, 9.0, 3.0])
    drawn = resamples(5)
    means = values[drawn.picks].mean(axis=1)
    assert drawn.chance @ means == pytest.approx(values.mean())
    assert drawn.chance @ (means - values.mean()) ** 2 == pytest.approx(values.var() / 5)


def test_the_centre_is_hodges_and_lehmanns_and_one_burst_does_not_move_it():
    """Five rounds, of which one took ten times as long: the centre stays among the four."""
    assert float(centre(np.array([10.0, 11.0, 12.0, 13.0, 130.0]))) == walsh([10.0, 11.0, 12.0, 13.0, 130.0]) == 12
    rows = np.random.default_rng(3).normal(size=(4, 7))
    assert centre(rows).tolist() == pytest.approx([walsh(row) for row in rows.tolist()])


@given(st.lists(st.floats(1e-3, 1e9), min_size=3, max_size=9), st.sampled_from([1e-6, 0.5, 3.0, 1e6]))
def test_an_estimate_holds_its_value_and_does_not_depend_on_the_unit(values, factor):
    """In ns or in ms, the same rounds give the same estimate; and the value lies within its interval."""
    found = over_rounds(values, 9, "ns")
    other = over_rounds([value * factor for value in values], 9, "ms")
    assert found is not None
    assert other is not None
    assert found.low <= found.value <= found.high
    assert min(values) * (1 - 1e-9) <= found.value <= max(values) * (1 + 1e-9)
    assert (other.value, other.low, other.high) == pytest.approx(
        tuple(each * factor for each in (found.value, found.low, found.high)), rel=1e-6
    )


def test_too_few_rounds_give_a_value_without_an_interval():
    """One round or two cannot say how far off they are; three can, and no round is no estimate."""
    assert over_rounds([], 0, "") is None
    for values in ([3.0], [3.0, 5.0], [3.0, 3.0]):
        found = over_rounds(values, 2, "")
        assert found is not None
        assert found.low is None
        assert found.high is None
    known = over_rounds([3.0, 5.0, 4.0], 3, "")
    assert known is not None
    assert known.low is not None


@pytest.mark.parametrize("rounds", [21, 50, 3000])
def test_many_rounds_are_averaged_with_their_neighbours(rounds):
    """Twenty batches at most, so that time and memory stay small; the estimate is as close as rounds allow."""
    values = np.exp(np.random.default_rng(rounds).normal(1, 0.1, rounds)).tolist()
    found = over_rounds(values, rounds, "")
    assert found is not None
    assert found.rounds == rounds
    assert found.low < exp(1) < found.high
    width = 2 * scipy.special.stdtrit(19, 0.975) * 0.1 / sqrt(rounds)
    assert log(found.high / found.low) == pytest.approx(width, rel=0.5)


def test_a_counter_that_never_moved_is_itself_exactly():
    """A peak of 16 in every round is 16, not 15.999999999999998."""
    found = over_rounds([16.0] * 5, 80, "")
    assert found is not None
    assert (found.value, found.low, found.high) == (16.0, 16.0, 16.0)


def test_numbers_that_may_be_zero_or_negative_keep_their_plain_scale():
    """A difference has no logarithm: its interval lies evenly around it, and may cross zero."""
    found = over_rounds([-1.0, 0.0, 2.0, 1.0, 0.5], 5, "ns")
    assert found is not None
    assert found.low < 0 < found.high
    assert found.value - found.low == pytest.approx(found.high - found.value)


@pytest.mark.parametrize("noise", [name for name in NOISE if "one-sided" not in name])
@pytest.mark.parametrize("rounds", [3, 5, 6])
def test_a_95_percent_interval_holds_the_truth_93_to_97_times_in_100(noise, rounds):
    """Normal rounds, rounds with bursts as measured, heavy tails; the percentile bootstrap does not."""
    # 2,000 trials: a standard error of half a point, allowed for twice. The other is further off than that.
    found = of_numbers(NOISE[noise], rounds, trials=2000, seed=11, kinds=["ours"])["ours"]
    textbook = of_numbers(NOISE[noise], rounds, trials=500, seed=11, kinds=["percentile"])["percentile"]
    assert 0.92 <= found.held <= 0.98
    assert textbook.held < found.held - 0.05


def test_an_interval_from_drawn_resamples_holds_the_truth_as_often():
    """From seven rounds on resamples are drawn rather than counted, and coverage stays."""
    for rounds in (8, 30):
        found = held(np.random.default_rng(5).normal(0, 0.05, (600, rounds)), 0.0)
        assert 0.915 <= found.held <= 0.985


@pytest.mark.parametrize(("q", "calls"), [(0.5, 3), (0.5, 16), (0.95, 40), (0.99, 1000)])
def test_the_interval_of_a_percentile_holds_the_truth_as_often(q, calls):
    """From the tutorial's three calls to a p99; rounds differ by 5 %, calls by 10 %, one in 100 is slow."""
    found = of_percentiles(q, (5, calls), trials=600, seed=13)
    # 600 trials: a standard error of 0.9 points.
    assert 0.91 <= found.held <= 0.99
