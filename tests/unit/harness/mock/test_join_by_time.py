"""Joining the requests of applications that rewrite their prompts."""

from overlap.harness.mock.join_by_time import join_by_time
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served


def call(index, sent, done, *, warmup=False):
    """A call from *sent* to *done*."""
    return Call("c", 0, index, sent, done, warmup=warmup)


def request(received):
    """A request that the server received then."""
    return Served(received=received, planned=[5], written=[5], finished=6)


def joined(calls, *entries):
    """Join with (tag, received) pairs."""
    return join_by_time(calls, Journal(1, 1, 0, tuple((tag, request(at)) for tag, at in entries)))


def received(found):
    """When the requests of each call were received."""
    return [[entry.received for entry in call.served] for call in found.calls]


def test_a_request_without_a_tag_is_that_of_the_only_call_in_flight():
    """One call after another: each has the requests of its time, warm-up calls too."""
    found = joined([call(0, 0, 10, warmup=True), call(0, 20, 30)], (None, 3), (None, 21), (None, 25))
    assert received(found) == [[3], [21, 25]]
    assert (found.by_time, found.untold, found.stray) == (3, 0, 0)


def test_where_several_calls_were_in_flight_none_of_them_has_requests():
    """Half of a call's requests would put the server's time down to the client."""
    calls = [call(0, 0, 10), call(1, 5, 15), call(2, 20, 30)]
    found = joined(calls, (None, 2), (None, 7), (None, 12), (None, 22))
    assert received(found) == [[], [], [22]]
    assert found.untold == 2


def test_a_tag_settles_it_while_several_are_in_flight():
    """As in a run of ours."""
    found = joined([call(0, 0, 10), call(1, 0, 10)], ("000001", 2), ("000000", 3))
    assert received(found) == [[3], [2]]
    assert (found.by_time, found.untold) == (0, 0)


def test_a_tag_that_names_the_round_settles_it_as_well():
    """Calls of a run carry their round."""
    found = joined([call(0, 0, 10), call(1, 0, 10)], ("r001.000001", 2), ("r001.000000", 3))
    assert received(found) == [[3], [2]]
    assert found.by_time == 0


def test_a_tag_from_an_earlier_turn_of_a_conversation_is_not_believed():
    """The request carries the history along, and so the first call's tag; its time says whose it is."""
    found = joined([call(0, 0, 10), call(1, 20, 30)], ("000000", 2), ("000000", 25))
    assert received(found) == [[2], [25]]
    assert found.by_time == 1


def test_a_request_while_nothing_was_in_flight_belongs_to_no_call():
    """What an application sends in the background is its own affair."""
    found = joined([call(0, 0, 10)], (None, 15))
    assert received(found) == [[]]
    assert (found.stray, found.untold) == (1, 0)


def test_what_another_call_sent_in_the_background_is_not_the_call_in_flights():
    """Call 1 has a request with its own tag, so one with the tag of call 0 is that call's, which has ended."""
    found = joined([call(0, 0, 10), call(1, 20, 30)], ("000000", 2), ("000001", 21), ("000000", 25))
    assert received(found) == [[2], [21]]
    assert (found.by_time, found.stray, found.untagged) == (0, 1, 1)


def test_requests_that_carried_no_tag_are_counted_whatever_became_of_them():
    """One of two prompts of each call has lost its tag; half of the requests still have theirs."""
    calls = [call(0, 0, 10), call(1, 5, 15)]
    found = joined(calls, ("000000", 1), (None, 6), ("000001", 6), (None, 8))
    assert received(found) == [[], []]
    assert (found.untold, found.untagged) == (2, 2)


def test_requests_are_in_the_order_of_their_arrival():
    """One is joined by its tag, the other by time."""
    found = joined([call(0, 0, 10)], (None, 1), ("000000", 5), (None, 8))
    assert received(found) == [[1, 5, 8]]
