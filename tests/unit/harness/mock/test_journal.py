"""Taking the journal: what is asked of a server, and what its silence means."""

import pytest

from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.journal import Journal, take

ENTRY = {"tag": "000001", "received": 5, "planned": [7], "written": [8], "finished": 9, "tokens": 3}


def _taken(entries=(), in_flight=0, peak=1):
    return {"peak": peak, "in_flight": in_flight, "connections": 2, "dropped": 0, "entries": list(entries)}


def test_what_is_still_in_flight_is_waited_for(serve):
    """The entries of a cancelled call come late; connections add up, the larger peak counts."""
    base = serve((200, _taken(in_flight=1, peak=3)), (200, _taken([ENTRY])))
    journal = take(base)
    assert (journal.peak, journal.connections) == (3, 4)
    [(tag, entry)] = journal.entries
    assert tag == "000001"
    assert (entry.received, list(entry.planned), entry.tokens) == (5, [7], 3)


def test_what_was_there_before_something_began_is_none_of_it(serve):
    """From its first nanosecond on; where all of it was before, the counts are of something else, too."""
    journal = take(serve((200, _taken([ENTRY, ENTRY | {"tag": "000002", "received": 6}], peak=3))))
    assert journal.since(5) == journal
    assert [tag for tag, _ in journal.since(6).entries] == ["000002"]
    assert journal.since(7) == Journal(0, 0, 0, ())


def test_a_request_that_never_ends_is_not_waited_for_for_ever(serve):
    """After its patience the journal is taken as it is."""
    assert take(serve((200, _taken(in_flight=1))), patience=0.1).entries == ()


def test_a_server_without_a_journal_has_none(serve):
    """Any OpenAI-compatible server may stand there; it answers 404."""
    assert take(serve((404, b"not found"))) is None


@pytest.mark.parametrize("answer", [(500, b"oops"), (200, b"not json"), (200, {"peak": 1})])
def test_a_server_that_answers_something_else_is_lost(serve, answer):
    """A journal that cannot be read is not an empty one."""
    with pytest.raises(ServerLost):
        take(serve(answer))


def test_a_server_that_is_gone_is_lost():
    """Nobody listens there."""
    with pytest.raises(ServerLost, match="does not answer"):
        take("http://127.0.0.1:1")
