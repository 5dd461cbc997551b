"""The profile that plays a recording: every call once, first token and gaps together, and what it refuses."""

import json

import pytest

from overlap.mock_server.behaviour.behaviour import behaviour
from overlap.mock_server.options.permits import OWNER
from overlap.mock_server.options.settings import BadSetting

MS = 1_000_000
CALLS = [[(50 + i) * MS + k * (i + 1) * MS for k in range(3 + i % 4)] for i in range(12)]


@pytest.fixture
def recorded(tmp_path):
    """Write a recording and return the words that play it."""

    def write(calls=CALLS, **more):
        # A file is read once a process.
        path = tmp_path / f"rec{len(list(tmp_path.iterdir()))}.json"
        facts = {"format": "overlap-recording", "version": 1, "floor": 0, **more}
        path.write_text(json.dumps({**facts, "calls": [{"chunks": chunks} for chunks in calls]}))
        return f"recorded,file={path}"

    return write


def played(words, count, seed=7):
    """Return the due times of so many calls, by their tags."""
    how = behaviour(words, "profile", "0", seed, permits=OWNER)
    return [list(how.schedule.due(tag, how.length(tag))) for tag in (f"{n:06d}" for n in range(count))]


def test_so_many_tags_play_every_call_once_in_a_shuffled_order(recorded):
    """The replay's distribution is the recording's own; another seed shuffles otherwise, the next turn too."""
    words = recorded()
    found = played(words, 24)
    assert sorted(found[:12]) == sorted(found[12:]) == CALLS
    assert found[:12] != CALLS
    assert found[:12] != found[12:]
    assert found[:12] == played(words, 12)
    assert found[:12] != played(words, 12, seed=8)


def test_each_round_plays_every_call_once_in_an_order_of_its_own(recorded):
    """Tags that name a round are numbers too; the recording's own order is the same in every round."""
    how = behaviour(recorded(), "profile", "0", 7, permits=OWNER)
    own = behaviour(f"{recorded()},order=recorded", "profile", "0", 7, permits=OWNER)
    tags = [[f"r{turn:03d}.{n:06d}" for n in range(12)] for turn in range(3)]
    found = [[list(how.schedule.due(tag, how.length(tag))) for tag in row] for row in tags]
    assert all(sorted(row) == CALLS for row in found)
    assert found[0] != found[1] != found[2]
    assert [list(own.schedule.due(tag, own.length(tag))) for tag in tags[1]] == CALLS


def test_the_order_may_be_the_recordings_own_or_drawn(recorded):
    """A drift over the recording is kept by the first; the second knows every call, by the tag alone."""
    assert played(f"{recorded()},order=recorded", 12) == CALLS
    drawn = played(f"{recorded()},order=drawn", 200)
    assert sorted(map(tuple, set(map(tuple, drawn)))) == list(map(tuple, CALLS))


def test_what_the_client_adds_by_itself_is_taken_off_the_whole_call(recorded):
    """It will be added again by whoever is answered; gaps stay, and nothing is due before the request."""
    [[first, second]] = played(recorded([[10 * MS, 12 * MS]], floor=MS), 1)
    assert (first, second) == (9 * MS, 11 * MS)
    assert played(recorded([[10, 12 * MS]], floor=MS), 1) == [[0, 12 * MS - 10]]


def test_chunks_that_came_in_one_piece_are_due_at_once(recorded):
    """The client tells them apart by a microsecond or so, which is the time it takes to read them."""
    [found] = played(recorded([[10 * MS, 10 * MS + 700, 10 * MS + 1500, 14 * MS]]), 1)
    assert found == [10 * MS, 10 * MS, 10 * MS, 14 * MS]


def test_a_longer_answer_goes_on_with_the_calls_own_gaps(recorded):
    """And a shorter one is cut."""
    how = behaviour(recorded([[10 * MS, 11 * MS, 14 * MS]]), "6", "0", 7, permits=OWNER)
    assert [at // MS for at in how.schedule.due("000000", 6)] == [10, 11, 14, 15, 18, 19]
    assert [at // MS for at in how.schedule.due("000000", 2)] == [10, 11]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("{}", "is no recording"),
        ('{"format": "overlap-recording", "version": 2}', "is of version 2"),
        ('{"format": "overlap-recording", "version": 1, "calls": []}', "has no calls"),
        ('{"format": "overlap-recording", "version": 1, "calls": [{"chunks": [-1]}]}', "call 1 has no list"),
        ('{"format": "overlap-recording", "version": 1, "calls": [{"chunks": [2, 1]}]}', "call 1 has a chunk"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_in_a_line(tmp_path, content, said):
    """It names the file and the call."""
    path = tmp_path / "odd.json"
    if content:
        path.write_text(content)
    with pytest.raises(BadSetting, match=said) as wrong:
        behaviour(f"recorded,file={path}", "profile", "0", 7, permits=OWNER)
    assert "odd.json" in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_an_order_that_there_is_not_is_refused(recorded):
    """With those that there are."""
    with pytest.raises(BadSetting, match="once, drawn, recorded"):
        behaviour(f"{recorded()},order=backwards", "profile", "0", 7, permits=OWNER)
