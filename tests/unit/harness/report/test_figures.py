"""Numbers as people read them."""

import pytest

from overlap.harness.report.figures import Scale, column, count, datum, interval, listed, number, scale, spell_out
from overlap.harness.stats.estimate import Estimate

DASH = "\N{EN DASH}"


def _ns(value, low=None, high=None):
    return Estimate(value, low, high, 80, 5, "ns")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1503.24, "1,503"),
        (15.026, "15.0"),
        (0.012345, "0.0123"),
        (99.96, "100.0"),
        (-4.304, "-4.30"),
        (-0.0, "0"),
        (0, "0"),
        (0.000155, "0.0002"),
    ],
)
def test_a_number_has_three_digits(value, said):
    """More would be noise, fewer would hide differences; nor are there decimals that no clock can fill."""
    assert number(value) == said


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_the_unknown_is_a_dash_and_never_0(value):
    """A reader can tell "none" from "not known"."""
    assert number(value) == DASH


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("ns", [9_999_000_000], Scale(1e6, "ms")),
        ("ns", [4e6, 10e9], Scale(1e9, "s")),
        ("ns", [], Scale(1e6, "ms")),
        ("ns", [None, 3.0], Scale(1e6, "ms")),
        ("%", [97.0], Scale(1, "%")),
    ],
)
def test_times_are_milliseconds_and_seconds_from_ten_on(unit, values, expected):
    """Nobody is shown nanoseconds; a column has one unit for all its values."""
    assert scale(unit, values) == expected


def test_an_interval_has_the_decimals_of_its_value():
    """1,503 ms stands beside whole milliseconds, 15.0 beside tenths."""
    assert interval(1500.8, 1505.3, 1503.2) == f"1,501{DASH}1,505"
    assert interval(14.96, 15.11, 15.026) == f"15.0{DASH}15.1"


def test_an_interval_too_narrow_for_that_gets_up_to_two_decimals_more():
    """Two equal ends would claim certainty."""
    assert interval(14.96, 15.04, 15.0) == f"14.96{DASH}15.04"
    assert interval(15.0, 15.0, 15.0) == f"15.0{DASH}15.0"


def test_an_interval_below_zero_is_spelt_out():
    """A dash beside a minus sign could be read either way."""
    assert interval(-3.2, 5.1, 1.0) == "-3.20 to 5.10"


def test_no_interval_is_nothing():
    """With one round there is none, and none is shown."""
    assert interval(None, None) == ""
    assert datum(_ns(15e6), Scale(1e6, "ms")).whole == "15.0"


def test_a_column_is_in_one_unit_and_sorts_by_value():
    """12 s and 4 ms stand in one column as 12.0 and 0.004 seconds."""
    head, (first, second, third) = column("E2E", [_ns(12e9), _ns(4e6), None])
    assert head.heading == "E2E, s"
    assert (first.text, second.text, third.text) == ("12.0", "0.0040", DASH)
    assert (first.sort, third.sort) == (12.0, None)
    assert second.sort == pytest.approx(0.004)


def test_an_estimate_in_a_sentence_has_its_unit_and_interval():
    """The value first, what to make of it behind."""
    assert spell_out(_ns(632e6, 630e6, 633e6)) == f"632 ms (630{DASH}633)"
    assert spell_out(Estimate(66.0, None, None, 1, 1, "1/s")) == "66.0/s"
    assert spell_out(Estimate(97.0, None, None, 1, 1, "%")) == "97.0 %"


def test_counts_agree_with_their_nouns():
    """One call, two calls, no queries."""
    assert [count(1, "call"), count(5000, "call"), count(0, "query")] == ["1 call", "5,000 calls", "0 queries"]


def test_a_long_list_ends_in_a_count():
    """Four names at most are read; the rest is counted."""
    assert listed(list("abcd")) == "a, b, c and d"
    assert listed(list("abcdef")) == "a, b, c and 3 more"
    assert listed([]) == ""
