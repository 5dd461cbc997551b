"""The robust centre and spread, for reports and for the gate, by hand and beside numpy's."""

import numpy as np
import pytest

from overlap.harness.stats.robust import MOST_ROUNDS, batched, centre, median, spread


@pytest.mark.parametrize("count", [1, 2, 3, 8, 21, MOST_ROUNDS, MOST_ROUNDS + 1])
def test_rows_have_the_median_that_numpy_gives(count):
    """Along the last axis, for an odd and an even number of values."""
    rows = np.random.default_rng(count).normal(size=(4, 3, count))
    assert median(rows) == pytest.approx(np.median(rows, axis=-1))


def test_what_is_not_known_leaves_no_centre_and_touches_no_other_row():
    """A value that is no number is not the largest one."""
    rows = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    assert np.isnan([median(rows)[0], centre(rows)[0], spread(rows)[0]]).all()
    assert (median(rows)[1], centre(rows)[1], spread(rows)[1]) == (2.0, 2.0, 1.4826)


@pytest.mark.parametrize("count", [MOST_ROUNDS, MOST_ROUNDS + 1])
def test_the_centre_is_the_same_beyond_the_rows_whose_pairs_are_kept(count):
    """Ten per cent of wild rounds move it by little."""
    values = np.r_[np.full(2, 1e9), np.linspace(1, 2, count - 2)]
    means = [(a + b) / 2 for i, a in enumerate(values) for b in values[i:]]
    assert float(centre(values)) == pytest.approx(np.median(means))
    assert 1.5 < float(centre(values)) < 1.7


def test_the_spread_of_normal_values_is_their_standard_deviation():
    """Of 100,000 with a standard deviation of 3; a tenth of wild ones adds less than a sixth."""
    values = np.random.default_rng(1).normal(0, 3, 100_000)
    assert float(spread(values)) == pytest.approx(3, rel=0.01)
    values[:10_000] = 1e6
    assert 3.0 < float(spread(values)) < 3.5


def test_neighbours_are_averaged_only_beyond_the_most():
    """Seven numbers in three batches: three, two and two of them."""
    assert batched(np.arange(7.0), 7).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert batched(np.arange(7.0), 3).tolist() == [1.0, 3.5, 5.5]
