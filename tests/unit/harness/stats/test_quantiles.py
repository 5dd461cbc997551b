"""Quantiles of a round, and when a percentile is left unsaid."""

from collections.abc import Sequence

import numpy as np
import pytest
import scipy

from overlap.harness.model.quantile import quantile, reaches
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.stats.columns import numbers
from overlap.harness.stats.quantiles import enough, of_round
from overlap.harness.stats.rounds import MeasuredRound, replayed


def naive(values: Sequence[float], q: float) -> float:
    """Hyndman and Fan's type 8, spelled out: the value at place (n + 1/3) q + 1/3, counted from one."""
    ordered = sorted(values)
    place = (len(ordered) + 1 / 3) * q + 1 / 3
    place = min(max(place, 1), len(ordered))
    below = int(place)
    above = min(below + 1, len(ordered))
    return ordered[below - 1] + (place - below) * (ordered[above - 1] - ordered[below - 1])


@pytest.mark.parametrize("count", [1, 2, 3, 13, 40, 1000])
def test_a_quantile_is_the_value_at_its_median_unbiased_place(count):
    """The place is written in the definition, so that a reader can check a number by hand."""
    values = np.random.default_rng(count).lognormal(size=count)
    qs = [0.1, 0.5, 0.9, 0.95, 0.99]
    assert of_round(values, qs).tolist() == pytest.approx([naive(values.tolist(), q) for q in qs])
    assert of_round(values, qs).tolist() == pytest.approx(
        scipy.stats.mstats.mquantiles(values, qs, 1 / 3, 1 / 3).tolist()
    )
    # What measures has no arrays, and takes the same.
    assert [quantile(values.tolist(), q) for q in qs] == pytest.approx(of_round(values, qs).tolist())


def test_the_median_of_three_is_the_middle_one():
    """The tutorial's three calls have a median one can read off."""
    assert of_round(np.array([1505.0, 1501.0, 1503.0]), [0.5]).tolist() == [1503.0]


@pytest.mark.parametrize("calls", [13, 20, 40, 200])
def test_a_percentile_does_not_depend_on_how_many_calls_a_round_has(calls):
    """About half of all rounds have their p95 above the true one, few calls or many."""
    rng = np.random.default_rng(calls)
    found = of_round(rng.lognormal(size=(4000, calls)), [0.95])[0]
    truth = np.exp(1.6448536269514722)
    # "Approximately" is Hyndman and Fan's word: up to five points, besides 0.8 of standard error.
    assert np.mean(found > truth) == pytest.approx(0.5, abs=0.065)


def test_a_percentile_with_fewer_than_ten_calls_beyond_it_is_left_unsaid():
    """200 calls for a p95, 1,000 for a p99, five for a median, and the same from the other end."""
    least = {0.5: 5, 0.9: 100, 0.95: 200, 0.99: 1000, 0.1: 100, 0.01: 1000}
    for q, count in least.items():
        assert enough(count, q)
        assert not enough(count - 1, q)


def test_a_round_too_short_for_a_percentile_does_not_pass_its_largest_call_off_as_one():
    """Below these numbers the quantile's place lies beyond the last value."""
    for q, count in {0.95: 13, 0.99: 67, 0.5: 1, 0.05: 13}.items():
        assert reaches(count, q)
        assert not reaches(count - 1, q)


def _planned(took):
    """Rounds whose calls were planned to take these ns, in the order of their index."""
    cell = Cell("s", "c", "gather", "asyncio", 4, "lognormal")
    return [
        MeasuredRound(
            cell,
            Slot(cell.id, turn, 0, len(row), 0, 1, 1),
            [
                Call(cell.id, turn, index, 0, long + turn, served=(Served(0, [long], [long], long),))
                for index, long in enumerate(row)
            ],
        )
        for turn, row in enumerate(took)
    ]


def test_a_latency_that_is_replayed_in_every_round_is_one_draw():
    """Five rounds of the same forty latencies are forty draws, two beyond p95; five of their own make 200."""
    rng = np.random.default_rng(1)
    same = rng.integers(10**6, 10**9, 40).tolist()
    fresh = [rng.integers(10**6, 10**9, 40).tolist() for _ in range(5)]
    assert numbers("e2e.p95", _planned([same] * 5)) == [None] * 5
    assert None not in numbers("e2e.p95", _planned(fresh))
    assert None not in numbers("e2e.p50", _planned([same] * 5))


def test_equal_plans_for_all_calls_are_no_replay():
    """A steady profile draws nothing: what differs is the client's own time, anew in every round."""
    assert replayed(_planned([[5, 6, 7]] * 3))
    assert not replayed(_planned([[5, 5, 5]] * 3))
    assert not replayed(_planned([[5, 6, 7], [5, 6, 8]]))
    assert not replayed(_planned([[5, 6, 7]]))
