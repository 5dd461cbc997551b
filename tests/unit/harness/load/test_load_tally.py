"""What a test says of itself while it goes on, and whose calls were lost."""

from array import array

import pytest

from overlap.harness.load.call_log import SHARE
from overlap.harness.load.conductor import line_of
from overlap.harness.load.live_stats import Tally
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.stats.throughput import in_flight

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


def _steady(users, length, planned, now, start=lambda _: 0):
    """Bring the calls of *users* that have ended by *now*: one after another, each *length* long (all in ms)."""
    tally, rows, entries, flying = Tally(users), [], [], []
    for user in range(users):
        sent, number = start(user), 0
        while sent + length <= now:
            index = user * 1000 + number
            rows.append(("chat", index, None, sent * MS, (sent + length) * MS, [length * MS], None, False))
            entries.append((f"{index:06d}", _served(sent, (planned,), (planned,))))
            sent, number = sent + length, number + 1
        if sent < now:
            flying.append(("chat", sent * MS))
    tally.bring(rows)
    tally.take(Journal(users, users, 0, tuple(entries)))
    return tally, flying


@pytest.mark.parametrize("start", [lambda _: 0, lambda user: user * 78], ids=["all at once", "one by one"])
@pytest.mark.parametrize("told", [True, False], ids=["calls in flight are told", "they are not"])
def test_long_calls_are_not_shown_slower_than_they_are(start, told):
    """64 users whose calls take 5 s, all of it planned: 12.8 a second at 100 %, whatever is in flight just now."""
    tally, flying = _steady(64, 5000, 5000, 59_000, start)
    if told:
        tally.fly(0, flying)
    [view] = tally.live(59_000 * MS).values()
    assert view["calls"] == 128
    assert view["rate"] == pytest.approx(12.8)
    assert view["seconds"] == pytest.approx(10)
    assert view["overlap"] == pytest.approx(100)


def test_a_client_that_adds_a_quarter_is_at_eighty_percent():
    """Calls of 500 ms of which the server had planned 400, no pause between them."""
    tally, flying = _steady(8, 500, 400, 30_100)
    tally.fly(0, flying)
    [view] = tally.live(30_100 * MS).values()
    assert view["overlap"] == pytest.approx(80)
    assert view["rate"] == pytest.approx(16)


def test_in_its_first_seconds_a_test_is_measured_by_what_has_gone_by():
    """Two users, calls of 1 s, 4 s after the start: 8 calls in 4 s are 2 a second."""
    tally, _ = _steady(2, 1000, 1000, 4000)
    [view] = tally.live(4000 * MS).values()
    assert (view["calls"], view["rate"], view["seconds"]) == (8, pytest.approx(2), pytest.approx(4))


def test_time_in_which_nothing_was_asked_for_lowers_the_overlap():
    """A user who waits a second between calls of a second keeps its place taken half of the time."""
    tally = Tally(1)
    tally.bring([("chat", n, None, 2000 * n * MS, (2000 * n + 1000) * MS, [], None, False) for n in range(20)])
    tally.take(_journal())
    tally.take(Journal(1, 1, 0, tuple((f"{n:06d}", _served(2000 * n, (1000,), (1000,))) for n in range(20))))
    tally.fly(0, [])
    assert tally.live(40_000 * MS)["chat"]["overlap"] == pytest.approx(50)


def test_calls_that_were_never_sent_are_of_the_only_endpoint_there_is():
    """In a mix nobody knows which endpoint they would have gone to."""
    never = ("", 9, 0, 5, 5, [], "NotStarted", False)
    alone, mixed = Tally(1), Tally(1)
    alone.bring([_row(0), never])
    mixed.bring([_row(0), ("agent", 1, None, 0, 5, [], None, False), never])
    assert {call.cell for call in alone.named()} == {"chat"}
    assert {call.cell for call in mixed.named()} == {"chat", "agent", "not sent"}
    assert (alone.due, alone.unsent) == (1, 1)


def test_changes_of_the_number_of_users_are_kept():
    """A test begins with 16; somebody makes it 40. Saying 40 again is no change."""
    tally = Tally(16)
    for moment, users in ((0, 16), (12, 40), (20, 40)):
        tally.users_are(users, moment)
    assert tally.changes == [(0, 16), (12, 40)]
    assert tally.users == 40


def test_the_line_of_a_test_says_over_how_many_seconds_it_counts():
    """Four seconds after the start there are not ten to be counted over."""
    tally, _ = _steady(2, 1000, 1000, 4000)
    assert line_of("chat", tally.live(4000 * MS)["chat"]).startswith("chat: 8 calls in 4 s, ")
    tally, _ = _steady(2, 1000, 1000, 30_000)
    assert line_of("chat", tally.live(30_000 * MS)["chat"]).startswith("chat: 20 calls in 10 s, ")
