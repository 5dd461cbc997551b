"""What is observed of a slot: one value for each series."""

from array import array
from dataclasses import replace

import pytest

from overlap.harness.gate.measure.slot_values import values
from overlap.harness.model.record import Call, Cell, Served, Slot

MS = 1_000_000
CELL = Cell("regressions", "chain", "gather", "asyncio", 2)


def _call(index, overhead, chunks=()):
    """A call that the server planned 10 ms for."""
    served = Served(0, array("q", [10 * MS]), array("q", [10 * MS]), 10 * MS, tokens=1)
    return Call(CELL.id, 0, index, 0, 10 * MS + overhead, chunks=array("q", chunks), served=(served,))


def _slot(calls, **more):
    return Slot(
        CELL.id, 0, 0, calls, 0, 100 * MS, cpu=calls * 3 * MS, peak=2, connections=2, requests=calls, **more
    )


def test_overhead_is_what_the_server_had_not_planned():
    """Five calls at once, of 10 ms planned and 1 to 5 more: 15 ms where 10 were possible; too few for a p95."""
    found = values(replace(CELL, concurrency=5), _slot(5), [_call(i, (i + 1) * MS) for i in range(5)])
    assert found == {
        "overhead_per_call": MS,
        "cpu": 3 * MS,
        "errors": 0,
        "requests_per_call": 1,
        "connections": 2,
        "peak": 2,
    }


def test_two_hundred_calls_carry_a_p95_and_streams_have_chunks():
    """Chunks are counted per call: a parser that holds the stream back shows in them."""
    found = values(
        replace(CELL, concurrency=200), _slot(200), [_call(i, MS, chunks=(1, 2, 3)) for i in range(200)]
    )
    assert found["overhead.p95"] == pytest.approx(MS)
    assert found["chunks_per_call"] == 3


def test_warm_up_calls_count_for_nothing():
    """A slow one does not count."""
    calls = [_call(i, MS) for i in range(5)]
    slow = Call(CELL.id, 0, 0, 0, 500 * MS, warmup=True, served=calls[0].served)
    five = replace(CELL, concurrency=5)
    assert values(five, _slot(5), [slow, *calls])["overhead_per_call"] == MS / 5
