"""Which rates an SLO search tries, and what it makes of the answers."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.bench.slo_run import paced, question_of
from overlap.harness.bench.slo_search import Bounds, Bracket, RateTrial, bracketed, search
from overlap.harness.model.config import config_from
from overlap.harness.model.slo import read
from overlap.harness.text.mistakes import Mistake


def tried(limit, start=10.0, step=2.0, bounds=None, precision=1.05):
    """Look for *limit*, where every rate up to it is held; return the rates that were tried, and the bracket."""
    trial, rates = bracketed(start, step, bounds or Bounds(), precision), []
    try:
        rates.append(next(trial))
        while True:
            rates.append(trial.send(rates[-1] <= limit))
    except StopIteration as end:
        return rates, end.value


def test_a_search_by_hand():
    """From 10: doubled, four times as much, missed; then the geometric middle, again and again."""
    rates, bracket = tried(25, precision=1.5)
    assert rates == pytest.approx([10, 20, 80, 40, 28.28], abs=0.01)
    assert (bracket.held, bracket.missed) == pytest.approx((20, 28.28), abs=0.01)


@given(
    limit=st.floats(0.6, 1900), start=st.floats(0.01, 5000), step=st.floats(1.01, 4), precision=st.floats(1.01, 2)
)
def test_the_answer_lies_on_both_sides_of_the_limit(limit, start, step, precision):
    """Wherever the search begins; as near as was asked for, in a number of slots that somebody can wait for."""
    rates, bracket = tried(limit, start, step, precision=precision)
    assert bracket.held <= limit < bracket.missed
    assert bracket.missed <= bracket.held * precision * (1 + 1e-8)
    # A start that is off by a factor of 4000 costs a few steps more, each precision a few bisections.
    assert len(rates) <= 40


@pytest.mark.parametrize(("limit", "bracket"), [(0.1, Bracket(None, 0.5)), (1e6, Bracket(2000.0, None))])
def test_a_limit_out_of_reach_is_not_made_up(limit, bracket):
    """Beyond the lowest and the highest rate, one side stays unknown."""
    assert tried(limit)[1] == bracket


def both(brief_limit, long_limit):
    """Search where brief and long slots hold up to different rates; return the trials and the bracket."""
    trials, made = search(Bounds()), []
    try:
        made.append(next(trials))
        while True:
            made.append(trials.send(made[-1].rate <= (long_limit if made[-1].long else brief_limit)))
    except StopIteration as end:
        return made, end.value


def test_long_slots_have_the_last_word():
    """Brief slots held 120/s, which the service can do for a while; long ones found that it can do 100."""
    made, bracket = both(120, 100)
    assert [trial.long for trial in made] == sorted(trial.long for trial in made)
    assert bracket.held <= 100 < bracket.missed <= bracket.held * 1.04 * (1 + 1e-8)


def test_two_long_trials_are_enough_where_brief_ones_were_right():
    """The rate that was held and the next one above it."""
    made, _ = both(100, 99)
    assert sum(trial.long for trial in made) <= 3


def test_the_lowest_rate_missed_briefly_is_not_tried_for_longer():
    """There is nothing below it."""
    made, bracket = both(0.1, 0.1)
    assert bracket == Bracket(None, 0.5)
    assert not any(trial.long for trial in made)


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
        question_of(config_from(given_), share, bounds)


@pytest.mark.parametrize(
    ("given_", "share", "trial", "calls"),
    [
        # Six times the longest limit: 24 s of 1,000 calls a second.
        ({"slo": "ttft=0.5,e2e=4"}, 0.9, RateTrial(1000, long=True), 24_000),
        # Twenty seconds at least; 3,000 calls at least, whatever the share.
        ({"slo": "ttft=0.1"}, 0.9, RateTrial(200, long=True), 4000),
        ({"slo": "ttft=0.1"}, 0.9, RateTrial(100, long=True), 3000),
        # One call in a hundred may miss: 5,000 calls for 50 of these, but no more than come in two minutes.
        ({"slo": "ttft=0.1"}, 0.99, RateTrial(100, long=True), 5000),
        ({"slo": "ttft=0.1"}, 0.99, RateTrial(10, long=True), 1200),
        # Brief slots only say where to look.
        ({"slo": "ttft=0.1"}, 0.99, RateTrial(100, long=False), 500),
        # A time that was asked for is kept.
        ({"slo": "ttft=0.1", "arrivals": "poisson", "duration": 3}, 0.99, RateTrial(10, long=True), 30),
    ],
)
def test_a_slot_has_the_calls_that_it_takes(given_, share, trial, calls):
    """A queue needs time to grow until calls miss their limit, and a share needs calls to be shown."""
    assert question_of(config_from(given_), share, Bounds()).wanted(trial) == calls


@pytest.mark.parametrize("words", ["poisson", "gamma,cv=3", "constant"])
@pytest.mark.parametrize("seed", range(5))
def test_calls_come_at_the_rate_that_is_told(words, seed):
    """Whatever the luck of the draw: a hundred gaps add up to a hundred times the mean one."""
    due = list(islice(paced(words, seed, 50.0, 101).due_times(seed), 101))
    assert (due[-1] - due[0]) / 1e9 == pytest.approx(2.0, rel=1e-4)


def test_limits_are_read_as_people_write_them():
    """Seconds in, nanoseconds inside, milliseconds out."""
    assert read("ttft=0.5, e2e=2").limits == {"ttft": 500_000_000, "e2e": 2_000_000_000}
