"""What cannot be is refused with the reason; what is merely odd is not."""

from array import array
from dataclasses import replace

import pytest

from overlap.harness.model.plausible import LONGEST, impossible_call, impossible_cell, impossible_slot
from overlap.harness.model.record import Call, Cell, Lag, Queue, Served, Slot

ENTRY = Served(1010, array("q", [20, 30]), array("q", [21, 31]), 32)
CALL = Call("c", 0, 0, sent=1000, done=1100, chunks=array("q", [50, 50, 100]), served=(ENTRY,))
SLOT = Slot("c", 0, 0, made=1, started=900, ended=1200, cpu=5, lag=Lag(0, 1, 2, 3), steal=0.0)


def test_a_call_as_it_is_measured_can_be():
    """At the edges too: no time at all, a chunk at the very end, a wait before it, an answer that was cut."""
    assert impossible_call(CALL) is None
    assert impossible_call(replace(CALL, done=1000, chunks=(), served=())) is None
    assert impossible_call(replace(CALL, due=400)) is None
    assert impossible_call(replace(CALL, served=(replace(ENTRY, written=array("q", [21])),))) is None
    # The client had gone before its request was read.
    assert impossible_call(replace(CALL, served=(replace(ENTRY, received=5000),))) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"done": 999}, "done before it was sent"),
        ({"done": 2**63 - 1}, "no clock shows"),
        ({"sent": -1}, "no clock shows"),
        ({"due": -5}, "no clock shows"),
        ({"done": 1000 + LONGEST + 1}, "longer than a month"),
        ({"chunks": array("q", [-1, 5])}, "before it was sent"),
        ({"chunks": array("q", [5, 4])}, "not in their order"),
        ({"chunks": array("q", [5, 101])}, "after it was done"),
        ({"usage": -3}, "a count"),
        ({"index": -1}, "a count"),
        ({"round": 2**60}, "a count"),
        ({"served": (replace(ENTRY, received=-1),)}, "received it at a time"),
        ({"served": (replace(ENTRY, received=2**61),)}, "received it at a time"),
        ({"served": (replace(ENTRY, planned=array("q", [-1, 3])),)}, "own times"),
        ({"served": (replace(ENTRY, written=array("q", [9, 3])),)}, "own times"),
        ({"served": (replace(ENTRY, finished=-1),)}, "own times"),
        ({"served": (ENTRY, replace(ENTRY, written=array("q", [1, 2, 3])))}, "more of it than it had planned"),
        ({"served": (replace(ENTRY, tokens=-1),)}, "own counts"),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_the_reason(change, why):
    """Each by the one thing that is wrong with it."""
    assert why in impossible_call(replace(CALL, **change))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"ended": 899}, "ended before it started"),
        ({"started": -1}, "no clock shows"),
        ({"ended": 2**63 - 1}, "no clock shows"),
        ({"cpu": -1}, "a count"),
        ({"made": -1}, "a count"),
        ({"steal": 1.5}, "stolen"),
        ({"queue": Queue(-1, 0, 0)}, "a count"),
        ({"peak": 2**60}, "a count"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_with_the_reason(change, why):
    """A timer that rang a moment early is no reason."""
    assert impossible_slot(replace(SLOT, lag=Lag(-40, 1, 2, 3))) is None
    assert why in impossible_slot(replace(SLOT, **change))


def test_a_cell_of_no_calls_at_once_cannot_be():
    """Nothing is measured with nothing in flight."""
    cell = Cell("s", "c", "gather", "asyncio", 1)
    assert impossible_cell(cell) is None
    assert impossible_cell(replace(cell, concurrency=0)) == "a concurrency of 0"
