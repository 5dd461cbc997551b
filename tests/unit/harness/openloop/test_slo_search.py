"""Which rates an SLO search tries, and what it makes of the answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config import Mistake, config_from
from harness.slo import read
from harness.slo_run import asked
from harness.slo_search import Bounds, Found, search


def tried(limit, start=10.0, step=2.0, bounds=None):
    """Search where every rate up to *limit* is kept; answer what was tried, and found."""
    trial, rates = search(start, step, bounds or Bounds()), []
    try:
        rates.append(next(trial))
        while True:
            rates.append(trial.send(rates[-1] <= limit))
    except StopIteration as end:
        return rates, end.value


def test_a_search_by_hand():
    """From 10: doubled, four times as much, missed; then the geometric middle, again and again."""
    rates, found = tried(25, bounds=Bounds(precision=1.5))
    assert rates == pytest.approx([10, 20, 80, 40, 28.28], abs=0.01)
    assert (found.kept, found.missed) == pytest.approx((20, 28.28), abs=0.01)


@given(
    limit=st.floats(0.6, 1900), start=st.floats(0.01, 5000), step=st.floats(1.01, 4), precision=st.floats(1.01, 2)
)
def test_the_answer_lies_on_both_sides_of_the_limit(limit, start, step, precision):
    """Wherever the search begins; as near as was asked for, in a number of slots that somebody can wait for."""
    rates, found = tried(limit, start, step, Bounds(precision=precision))
    assert found.kept <= limit < found.missed
    assert found.missed <= found.kept * precision * (1 + 1e-9)
    # A start that is off by a factor of 4000 costs a few steps more, each precision a few bisections.
    assert len(rates) <= 40


@pytest.mark.parametrize(("limit", "found"), [(0.1, Found(None, 0.5)), (1e6, Found(2000.0, None))])
def test_a_limit_out_of_reach_is_not_made_up(limit, found):
    """Beyond the lowest and the highest rate, one side stays unknown."""
    assert tried(limit)[1] == found


def test_a_later_round_that_begins_near_is_short():
    """Two steps and a bisection or two."""
    assert len(tried(100, start=98, step=1.15)[0]) <= 5


@pytest.mark.parametrize(
    ("given_", "share", "bounds", "said"),
    [
        ({}, 0.99, Bounds(), "no SLO"),
        ({"slo": "ttft=soon"}, 0.99, Bounds(), "ttft cannot be 'soon'"),
        ({"slo": "speed=1"}, 0.99, Bounds(), "no metric of calls 'speed'"),
        ({"slo": "e2e=1"}, 0.0, Bounds(), "share must lie"),
        ({"slo": "e2e=1"}, 0.99, Bounds(5, 1), "5 below 1"),
        ({"slo": "e2e=1", "arrivals": "ramp,from=1,to=2"}, 0.99, Bounds(), "ramp has no setting 'rate'"),
        ({"slo": "e2e=1", "base_url": "http://127.0.0.1:9"}, 0.99, Bounds(), "not for --base-url"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_one_line(given_, share, bounds, said):
    """Before anything is started."""
    with pytest.raises(Mistake, match=said):
        asked(config_from(given_), share, bounds)


def test_a_slot_lasts_several_times_the_longest_limit():
    """A queue needs time to grow until calls miss their limit."""
    assert asked(config_from({"slo": "ttft=0.5,e2e=4"}), 0.9, Bounds()).duration == 20
    assert asked(config_from({"slo": "ttft=0.1"}), 0.9, Bounds()).duration == 5


def test_limits_are_read_as_people_write_them():
    """Seconds in, nanoseconds inside, milliseconds out."""
    assert read("ttft=0.5, e2e=2").limits == {"ttft": 500_000_000, "e2e": 2_000_000_000}
