"""The join with the server's journal, and the books."""

from dataclasses import replace

import pytest

from overlap.harness.mock.join import join
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.store.books import Balance


def _call(index, *, warmup=False):
    return Call(cell="c", round=0, index=index, sent=0, done=10, warmup=warmup)


def _entry(received):
    return Served(received=received, planned=(5,), written=(6,), finished=6)


def test_calls_get_their_entries_by_tag_in_order_of_arrival():
    """A retry has the tag of the call it belongs to; a warm-up call has a tag of its own."""
    entries = (("w00000", _entry(1)), ("000000", _entry(2)), ("000001", _entry(3)), ("000000", _entry(4)))
    calls, unjoined = join([_call(0), _call(1), _call(0, warmup=True)], Journal(1, 1, 0, entries))
    assert [[entry.received for entry in call.served] for call in calls] == [[2, 4], [3], [1]]
    assert unjoined == 0


def test_a_tag_that_names_the_round_is_the_calls_own():
    """The round is what the latency was drawn for; within a slot the index is enough."""
    entries = (("r002.000001", _entry(1)), ("r002.000000", _entry(2)), ("000001", _entry(3)))
    calls, unjoined = join([_call(0), _call(1)], Journal(1, 1, 0, entries))
    assert [[entry.received for entry in call.served] for call in calls] == [[2], [1, 3]]
    assert unjoined == 0


def test_entries_of_no_call_are_counted():
    """A request that nobody made is in nobody's books."""
    calls, unjoined = join([_call(0)], Journal(1, 1, 0, (("000009", _entry(1)), (None, _entry(2)))))
    assert calls[0].served == ()
    assert unjoined == 2


def test_balanced_books_have_no_fault():
    """Two made, two recorded, two joined."""
    balance = Balance()
    calls, _ = join([_call(0), _call(1)], Journal(1, 1, 0, (("000000", _entry(1)), ("000001", _entry(2)))))
    balance.add(2, calls, 0, 0)
    assert balance.faults == []
    assert balance.on_file().entries == 2


@pytest.mark.parametrize(
    ("made", "calls", "unjoined", "dropped", "missing", "said"),
    [
        (2, [_call(0)], 0, 0, 0, "2 calls made, 1 recorded"),
        (1, [_call(0)], 0, 0, 0, "1 calls never reached the server"),
        (0, [], 3, 0, 0, "3 requests at the server belong to no call"),
        (0, [], 0, 4, 0, "dropped 4 entries"),
        (0, [], 0, 0, 2, "2 slots never answered"),
        (0, [], 0, 0, 0, "nothing was measured"),
    ],
)
def test_every_way_not_to_balance_is_said(made, calls, unjoined, dropped, missing, said):
    """A fault is a sentence; a run that has one exits with 1."""
    balance = Balance(missing=missing)
    balance.add(made, calls, unjoined, dropped)
    assert any(said in fault for fault in balance.faults)


def test_a_call_that_failed_before_it_was_sent_is_accounted_for():
    """Its error says why the server knows nothing of it: a client closed too early, no free connection."""
    balance = Balance()
    balance.add(1, [replace(_call(0), error="RuntimeError")], 0, 0)
    assert balance.faults == []
    assert (balance.joined, balance.unsent) == (0, 1)


def test_without_a_journal_nothing_need_be_joined():
    """A server that keeps no journal cannot have lost a call."""
    balance = Balance(journal=False)
    balance.add(1, [_call(0)], 0, 0)
    assert balance.faults == []


def test_an_application_of_ones_own_need_not_be_joined():
    """It may answer from a cache, or ask in words of its own: counted, and no fault."""
    balance = Balance()
    balance.add(2, [_call(0), _call(1)], 0, 0, own=True)
    assert (balance.untold, balance.faults) == (2, [])
