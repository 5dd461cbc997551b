"""Throughput while every place was taken, and goodput, by hand and by simulation."""

from dataclasses import replace
from heapq import heapify, heapreplace
from random import Random
from statistics import fmean

import pytest

from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.model.slo import Slo
from overlap.harness.stats.goodput import goodput
from overlap.harness.stats.throughput import in_flight, steady, waves, window

CELL = Cell("s", "httpx", "gather", "asyncio", 4)
SLOT = Slot(CELL.id, 0, 0, 0, 0, 1, 0)
MS = 1_000_000


def calls(*spans: tuple[int, int], error: str | None = None) -> list[Call]:
    """Calls from sent to done."""
    return [Call(CELL.id, 0, index, sent, done, error=error) for index, (sent, done) in enumerate(spans)]


def closed_loop(rng: Random, places: int, count: int, spread: float) -> list[Call]:
    """*count* calls of 100 ms on average on *places*, each place taken again the moment it is free."""
    free = [0] * places
    heapify(free)
    spans = []
    for _ in range(count):
        done = free[0] + round(100 * MS * rng.lognormvariate(-spread * spread / 2, spread))
        spans.append((free[0], done))
        heapreplace(free, done)
    return calls(*spans)


def test_calls_in_flight_are_counted_as_the_caller_saw_them():
    """Three overlap at 25; a call that begins as another ends takes its place."""
    assert in_flight(calls((0, 30), (10, 40), (20, 50), (50, 60))) == 3
    assert in_flight(calls((0, 10), (10, 20), (20, 30))) == 1
    assert in_flight([]) == 0


def test_the_window_opens_with_the_last_place_and_closes_with_the_last_start():
    """Two places filled at 0 and 5, the last call leaves at 100."""
    assert window([(0, 50), (5, 100), (50, 110), (100, 160)]) == (5, 100)


def test_a_slot_that_is_all_ramp_and_tail_has_no_steady_throughput():
    """Every call at once: places were never taken again. The same for a slot without calls."""
    assert steady(CELL, SLOT, calls((0, 100), (1, 130), (2, 110))) is None
    assert steady(CELL, SLOT, []) is None


def test_full_places_give_places_over_latency():
    """Two places, 50 ns a call, back to back: 2 / 50 ns; plain throughput says the same only without a tail."""
    spans = [(start, start + 50) for start in range(0, 500, 50) for _ in range(2)]
    assert steady(CELL, SLOT, calls(*spans)) == pytest.approx(2 / 50 * 1e9)


def test_failed_calls_take_places_but_are_no_throughput():
    """Every other call fails: half of the rate."""
    spans = [(start, start + 50) for start in range(0, 500, 50) for _ in range(2)]
    good, bad = calls(*spans[::2]), calls(*spans[1::2], error="429")
    assert steady(CELL, SLOT, good + bad) == pytest.approx(1 / 50 * 1e9)


def test_an_open_loop_has_no_steady_throughput():
    """Its rate is that of its arrivals."""
    spans = [(start, start + 50) for start in range(0, 500, 50) for _ in range(2)]
    assert steady(replace(CELL, arrivals="poisson,rate=50"), SLOT, calls(*spans)) is None


def test_calls_handed_over_in_one_go_have_the_throughput_that_the_server_saw():
    """Twenty calls on two places of 50 ns each, of which the caller only knows that all took 500."""
    entries = [Served(start, [50], [50], 50) for start in range(0, 500, 50) for _ in range(2)]
    together = [
        Call(CELL.id, 0, index, 0, 500, served=(entry,), together=True) for index, entry in enumerate(entries)
    ]
    assert steady(CELL, SLOT, together) == pytest.approx(2 / 50 * 1e9)
    assert waves(together) == 10
    assert steady(CELL, SLOT, [replace(call, served=()) for call in together]) is None


@pytest.mark.parametrize(("places", "count"), [(8, 24), (16, 64), (64, 192)])
def test_ramp_and_tail_do_not_bias_steady_throughput(places, count):
    """Places / mean latency is the truth; plain throughput is a sixth or more too low, as places stand empty."""
    truth = places / 0.1
    slots = [closed_loop(Random(trial), places, count, spread=0.3) for trial in range(200)]
    found = [steady(CELL, SLOT, slot) for slot in slots]
    plain = [count / max(call.done for call in slot) * 1e9 for slot in slots]
    assert fmean(each for each in found if each) == pytest.approx(truth, rel=0.01)
    assert fmean(plain) < 0.87 * truth


def streamed(index: int, ttft: int, e2e: int, error: str | None = None) -> Call:
    """A call sent at 100 ms times its index, with its first chunk after *ttft* ms, done after *e2e* ms."""
    sent = index * 100 * MS
    entry = Served(sent, [ttft * MS], [ttft * MS], e2e * MS, tokens=2)
    return Call(
        CELL.id, 0, index, sent, sent + e2e * MS, chunks=[ttft * MS, e2e * MS], error=error, served=(entry,)
    )


FIVE = [
    streamed(0, 50, 100),
    streamed(1, 50, 300),  # too slow at the end
    streamed(2, 150, 190),  # too slow at the beginning
    streamed(3, 50, 100, error="cut"),  # in time, and failed
    streamed(4, 100, 200),  # just in time for both
]


def test_goodput_counts_the_calls_that_met_every_limit():
    """TTFT within 100 ms and E2E within 200 ms: two of five calls, in 600 ms."""
    rate, share = goodput(Slo({"ttft": 100 * MS, "e2e": 200 * MS}))
    assert rate.of(CELL, SLOT, FIVE) == pytest.approx(2 / 0.6)
    assert share.of(CELL, SLOT, FIVE) == 40
    assert rate.of(CELL, SLOT, []) is share.of(CELL, SLOT, []) is None
    assert "ttft ≤ 100 ms, e2e ≤ 200 ms" in rate.formula


def test_the_largest_gap_decides_whether_a_stream_kept_its_pace():
    """A limit on ITL is a limit on every gap."""
    slow = Call(CELL.id, 0, 0, 0, 100, chunks=[10, 20, 90])
    assert Slo({"itl": 70}).met(slow)
    assert not Slo({"itl": 69}).met(slow)


def test_a_call_whose_limited_metric_is_unknown_did_not_meet_it():
    """Nothing was streamed: nobody can say that the first token was in time."""
    assert not Slo({"ttft": 100}).met(Call(CELL.id, 0, 0, 0, 1))


def test_limits_on_what_calls_do_not_have_are_refused():
    """By name, with what there is."""
    with pytest.raises(LookupError, match="there are: e2e, ttft"):
        Slo({"throughput": 5})
    with pytest.raises(ValueError, match="above zero"):
        Slo({"e2e": 0})
