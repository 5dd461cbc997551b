"""Who owned the time of a call: small cases by hand, and sums that always add up."""

from dataclasses import astuple, replace
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.model.record import Call, Served
from overlap.harness.model.shares import Shares, dispatch, ideal_makespan, service, shares


def made(*served: Served, sent: int = 1000, done: int = 2000, index: int = 0, due: int | None = None) -> Call:
    """A call between *sent* and *done* that the server saw as *served*."""
    return Call("s", 0, index, sent, done, due=due, served=served)


def test_a_plain_call_is_divided_at_the_servers_own_times():
    """Sent 1000, received 1100, planned to end 1700, written 1720, seen 2000."""
    call = made(Served(1100, [300, 600], [310, 620], 625))
    assert shares(call, dispatch=50) == Shares(dispatch=50, send=100, planned=600, late=20, receive=280)
    assert service(call) == 600


def test_a_call_that_the_journal_does_not_know_is_not_divided():
    """Unknown is None, not a call that took no time."""
    assert shares(made()) is None
    assert service(made()) is None


def test_the_wait_between_a_failed_attempt_and_the_next_is_the_callers_own():
    """A 500 planned at 10, then a pause of 480 in the client, then the answer."""
    call = made(Served(1100, [10], [10], 11, status=500), Served(1590, [300], [300], 301, attempt=1))
    assert shares(call) == Shares(send=100, planned=310, between=480, receive=110)


def test_a_tool_between_two_requests_is_no_client_library():
    """Two requests of 100 and a tool of 500 between them; sent 20 before the first, done 5 after the last."""
    call = made(Served(1020, [100], [100], 100), Served(1620, [100], [103], 103), done=1728)
    assert shares(call) == Shares(send=20, planned=200, late=3, between=500, receive=5)


@pytest.mark.parametrize(
    ("asked", "limit", "between"),
    [(300, 300, 180), (480, 480, 0), (900, 480, 0), (None, 0, 480)],
    ids=["waited longer", "waited as asked", "did not wait so long", "not asked"],
)
def test_the_pause_that_a_limit_asked_for_is_the_limits(asked, limit, between):
    """Refused at 1110 with a retry-after, tried again at 1590."""
    refused = Served(1100, [10], [10], 10, status=429, retry_after=asked)
    call = made(refused, Served(1590, [300], [300], 300, attempt=1))
    assert shares(call) == Shares(send=100, planned=310, limit=limit, between=between, receive=110)


def test_a_plan_that_runs_on_beside_a_late_answer_is_planned():
    """One due at 1050 and written at 1080, the other due at 1120 and written at 1130: planned until 1120."""
    call = made(Served(1000, [50], [80], 80), Served(1000, [120], [130], 130), done=1135)
    assert shares(call) == Shares(planned=120, late=10, receive=5)


def test_calls_that_were_handed_over_together_are_not_divided():
    """What one of them waited for the others is neither sending nor receiving; its plan is known all the same."""
    call = replace(made(Served(1100, [600], [600], 600)), together=True)
    assert shares(call) is None
    assert call.e2e is None
    assert service(call) == 600


def test_the_order_of_journal_entries_does_not_matter():
    """The server writes an entry when a request ends; what counts is when it began."""
    first, second = Served(1100, [10], [10], 11, status=500), Served(1590, [300], [300], 301)
    assert shares(made(first, second)) == shares(made(second, first))


def test_requests_side_by_side_are_counted_once():
    """A parallel step with two requests, 1100 to 1500 and 1200 to 1700: the server owned 1100 to 1700."""
    call = made(Served(1100, [400], [400], 401), Served(1200, [500], [500], 501))
    assert shares(call) == Shares(dispatch=0, send=100, planned=600, late=0, receive=300)


def test_an_answer_that_was_cut_short_owned_only_what_it_took():
    """Planned for 900 but reset after 200: the server cannot own time in which it was gone."""
    call = made(Served(1100, [100, 900], [100], 200, fault="reset"), done=1400)
    assert shares(call) == Shares(dispatch=0, send=100, planned=100, late=0, receive=200)


def test_what_a_caller_no_longer_waited_for_is_not_its_time():
    """Cancelled at 1300 while the server went on to 1700: the call ends where the caller left."""
    call = made(Served(1100, [600], [600], 601), done=1300)
    assert shares(call) == Shares(dispatch=0, send=100, planned=200, late=0, receive=0)


entries = st.builds(
    Served,
    received=st.integers(900, 2500),
    planned=st.lists(st.integers(0, 800), max_size=4).map(sorted),
    written=st.lists(st.integers(0, 900), max_size=4).map(sorted),
    finished=st.integers(0, 1000),
)


@given(st.lists(entries, min_size=1, max_size=5), st.integers(0, 3000))
def test_the_shares_add_up_to_the_call_whatever_the_journal_says(served, took):
    """To the nanosecond, none of them negative; retries, overlaps, cuts and nonsense included."""
    divided = shares(made(*served, done=1000 + took))
    assert divided is not None
    parts = astuple(divided)[1:]
    assert sum(parts) == took
    assert min(parts) >= 0


def test_a_call_waited_from_when_a_place_came_free():
    """Two places, slot begun at 0: sent 5, 7, then 120 after a place came free at 100, 210 after 200."""
    calls = [
        made(sent=5, done=100, index=0),
        made(sent=7, done=200, index=1),
        made(sent=120, done=300, index=2),
        made(sent=210, done=400, index=3),
    ]
    assert dispatch(calls, concurrency=2, started=0) == {0: 5, 1: 7, 2: 20, 3: 10}


def test_one_call_at_a_time_leaves_the_other_places_waiting():
    """A loop over 16 places uses one: the second call could have left at the start."""
    calls = [made(sent=0, done=100, index=0), made(sent=100, done=200, index=1)]
    assert dispatch(calls, concurrency=16, started=0) == {0: 0, 1: 100}


def test_in_an_open_loop_a_call_waited_since_it_was_due():
    """Due 50 and sent 80; the second was early enough, and nobody waits less than nothing."""
    calls = [made(sent=80, done=90, index=0, due=50), made(sent=60, done=90, index=1, due=60)]
    assert dispatch(calls, concurrency=1, started=0) == {0: 30, 1: 0}


@pytest.mark.parametrize(
    ("durations", "places", "shortest"),
    [
        ([], 4, 0),
        ([1500, 1500, 1500], 3, 1500),  # the tutorial's three calls at once
        ([1500, 1500, 1500], 1, 4500),  # and one after another
        ([1500, 1500, 1500], 2, 3000),  # two places: one of them has to take two
        ([10, 1, 1, 1], 2, 10),  # the longest call alone
        ([3, 3, 3, 3], 2, 6),  # the work, spread evenly
        ([4, 4, 4, 1], 2, 8),  # two of the three long ones must share
        ([5, 5, 1], 2, 6),  # 11 on two places, rounded up
    ],
)
def test_the_shortest_possible_time_by_hand(durations, places, shortest):
    """Each of the bounds is the largest once."""
    assert ideal_makespan(durations, places) == shortest


def best(durations: tuple[int, ...], places: int) -> int:
    """The shortest schedule there is, by trying every assignment."""
    return min(
        max(
            sum(took for took, at in zip(durations, places_of, strict=True) if at == place)
            for place in range(places)
        )
        for places_of in product(range(places), repeat=len(durations))
    )


def test_no_schedule_is_ever_shorter_than_the_bound():
    """Every multiset of up to six durations on two and three places: 100 % overlap is never passed."""
    for places in (2, 3):
        for size in range(1, 7):
            for durations in combinations_with_replacement((1, 3, 4, 7), size):
                assert ideal_makespan(durations, places) <= best(durations, places)
    assert ideal_makespan((4,) * 6, 4) == best((4,) * 6, 4)
