"""The interval of a column: within what is possible, and within what was measured where that binds it."""

import random
from math import inf

import numpy as np
import pytest

from overlap.harness.stats.columns import MetricColumn, extremes

TWO_PEAKED = [0.3, 4.9, 32.0]
"""A median that leaps between peaks: by hand, exp(mean log ± 4.30 standard errors) is from about 0.01 to 1000."""


def test_an_interval_of_a_two_peaked_figure_ends_where_its_calls_do():
    """No call took less than 0.2 or more than 40, so no median of such calls does."""
    free = MetricColumn(TWO_PEAKED, [9, 9, 9], "ns").estimate()
    bound = MetricColumn(TWO_PEAKED, [9, 9, 9], "ns", ranges=[(0.2, 38), (0.25, 40), (0.3, 39)]).estimate()
    assert free.low < 0.1
    assert free.high > 100
    assert (bound.low, bound.high, bound.value) == (0.2, 40, free.value)


@pytest.mark.parametrize("ranges", [[(0.2, 0.4), (4, 6), (30, 40)], [(0.2, 40), None, (0.2, 40)], ()])
def test_rounds_that_differ_more_than_their_calls_bind_nothing(ranges):
    """The next round may lie beyond all of these; nor is anything bound by what is not known."""
    assert (
        MetricColumn(TWO_PEAKED, [9, 9, 9], "ns", ranges=ranges).estimate()
        == MetricColumn(TWO_PEAKED, [9, 9, 9], "ns").estimate()
    )


def test_failed_calls_leave_the_largest_value_open():
    """A failed call counts as slower than any that has a value."""
    assert extremes(np.array([2.0, 1.0]), np.array([])) == (1.0, 2.0)
    assert extremes(np.array([2.0, 1.0]), np.array([0.5])) == (1.0, inf)
    assert extremes(np.array([]), np.array([0.5])) is None


@pytest.mark.parametrize("between", [0.0, 0.3, 1.0, 3.0])
def test_the_bound_costs_an_interval_nothing_of_its_truth(between):
    """Three rounds of 9 calls, rounds *between* times as different as calls: as often true with as without."""
    rng = random.Random(7)
    hits = [0, 0]
    for _ in range(300):
        rounds = [[rng.gauss(10, 1) for _ in range(9)] for _ in range(3)]
        rounds = [[each + shift for each in calls] for calls in rounds for shift in [rng.gauss(0, between)]]
        medians, ranges = [sorted(calls)[4] for calls in rounds], [(min(calls), max(calls)) for calls in rounds]
        for k, ends in enumerate(((), ranges)):
            found = MetricColumn(medians, [9] * 3, "ns", ranges=ends).estimate()
            hits[k] += found.low <= 10 <= found.high
    assert hits[0] - hits[1] <= 2
