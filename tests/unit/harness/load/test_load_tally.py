"""What a test says of itself while it goes on, and whose calls were lost."""

from array import array

import pytest

from harness.journal import Journal
from harness.load.books import SHARE
from harness.load.tally import Tally
from harness.record import Call, Served
from harness.stats.throughput import in_flight

MS = 1_000_000


def _row(index, sent=0, done=100, error=None, *, warmup=False):
    return ("chat", index, None, sent * MS, done * MS, [60 * MS, 90 * MS], error, warmup)


def _served(received=10, planned=(50, 70), written=(51, 72)):
    times = (array("q", (each * MS for each in each_list)) for each_list in (planned, written))
    return Served(received * MS, *times, finished=written[-1] * MS, tokens=2)


def _journal(*tags):
    return Journal(1, 1, 0, tuple((tag, _served()) for tag in tags))


def test_the_live_view_divides_the_time_among_its_owners():
    """Sent at 0, received at 10, planned until 80, written at 82, done at 100: 10, 70, 2 and 18 ms."""
    tally = Tally(1)
    tally.bring([_row(0)])
    tally.take(_journal("000000"))
    [view] = tally.live(200 * MS).values()
    assert (view["send"], view["planned"], view["late"], view["receive"]) == (10, 70, 2, 18)
    assert (view["ttft"], view["itl"], view["e2e"]) == (60, 30, 100)
    assert view["overlap"] == pytest.approx(70)


def test_without_a_journal_the_owners_are_unknown_and_not_zero():
    """The service may stand in front of any server at all."""
    tally = Tally(1)
    tally.bring([_row(0)])
    tally.take(None)
    [view] = tally.live(200 * MS).values()
    assert (view["send"], view["overlap"], view["e2e"]) == (None, None, 100)
    assert tally.whole() is None


def test_the_live_view_forgets_what_is_older_than_ten_seconds():
    """It shows how things are, not how they were."""
    tally = Tally(1)
    tally.bring([_row(0, done=100), _row(1, sent=10_000, done=10_200)])
    assert tally.live(10_300 * MS)["chat"]["calls"] == 1
    assert len(tally.calls) == 2


def test_warm_up_is_not_shown():
    """It was answered at once."""
    tally = Tally(1)
    tally.bring([_row(0, warmup=True)])
    assert tally.live(200 * MS) == {}


def test_requests_that_no_process_brought_in_are_lost_with_theirs():
    """Process 1 was killed before it could tell of its second and third call; its warm-up is nobody's loss."""
    tally = Tally(2)
    tally.bring([_row(0), _row(SHARE)])
    tally.take(_journal("000000", f"{SHARE}", f"{SHARE + 1}", f"{SHARE + 2}", f"w{SHARE + 3}", None))
    assert tally.lost() == {1: 2}


def test_calls_that_follow_one_another_are_not_in_flight():
    """One ends at the moment the next begins."""
    calls = [Call("chat", 0, index, index * 10, index * 10 + 10) for index in range(3)]
    assert in_flight(calls) == 1
    assert in_flight([*calls, Call("chat", 0, 3, 5, 25)]) == 2
