"""
A known schedule in, the measured one out: what the caller records against what the server had planned.

Nothing here asserts a speed. That nothing can be seen before it was written is exact, since both sides read one
clock. The upper tolerances are those below which a harness would be useless: 25 ms, a hundred times what a quiet
machine shows, on the least disturbed of sixteen calls, since a busy machine makes all the others wait for a CPU.
Only a wrong schedule, clock or formula breaks them.
"""

from statistics import median

import pytest

from overlap.harness.bench.run import run
from overlap.harness.model.config import config_from
from overlap.harness.model.shares import shares
from overlap.harness.store import run_files

TTFT, ITL, TOKENS = 50_000_000, 5_000_000, 16
TOLERANCE = 25_000_000


@pytest.fixture(scope="module")
def streamed(made_once):
    """
    Streams on a schedule known to the nanosecond, through bare aiohttp and the whole chain.

    Two at once: with eight, a chain that hops to a thread for every chunk takes a slow core for itself, and its
    latencies are then its own and not the schedule's.
    """
    asked = {
        "scenarios": ("streaming",),
        "clients": "aiohttp,chain",
        "concurrency": "2",
        "calls": "16",
        "rounds": "1",
        "profile": "steady,ttft=0.05,itl=0.005",
        "tokens": str(TOKENS),
        "calibrate": "0",
    }

    def fill(results):
        assert run(config_from({**asked, "results": results}), lambda _: None).faults == ()

    run_of_streams = made_once("known-schedule", fill) / "latest"
    return [call for call in run_files.read(run_of_streams).calls if not call.warmup]


def test_every_stream_was_planned_as_asked(streamed):
    """TTFT 50 ms, then 5 ms from token to token, for each of the sixteen tokens."""
    expected = [TTFT + ITL * token for token in range(TOKENS)]
    assert len(streamed) == 32
    assert all(list(call.served[0].planned) == expected for call in streamed)


def test_no_token_is_written_before_it_is_due(streamed):
    """The mock may be late, never early: an early token would make every client look better than it is."""
    for call in streamed:
        entry = call.served[0]
        assert all(wrote >= due for wrote, due in zip(entry.written, entry.planned, strict=True))


def test_no_chunk_is_seen_before_it_was_written(streamed):
    """Client and server share one clock, so causality is a test of both records."""
    for call in streamed:
        [entry] = call.served
        assert call.sent <= entry.received
        assert len(call.chunks) == TOKENS
        for chunk, wrote in zip(call.chunks, entry.written, strict=True):
            # The stamp of a write is taken after the kernel has the bytes: a caller on another core can have
            # read them by then. A millisecond is ample for the time between the two.
            assert call.sent + chunk >= entry.received + wrote - 1_000_000


def test_the_measured_latencies_are_the_planned_ones(streamed):
    """TTFT, gaps and TPOT come out as they went in, through either client."""
    for client in ("aiohttp", "chain"):
        soonest = min(call.ttft for call in streamed if f"/{client}/" in call.cell)
        assert TTFT <= soonest < TTFT + TOLERANCE
    assert abs(median(gap for call in streamed for gap in call.itl) - ITL) < ITL
    assert abs(median(call.tpot for call in streamed) - ITL) < ITL / 2


def test_every_millisecond_has_an_owner(streamed):
    """The shares of a call add up to its time to the nanosecond, and none of them is negative."""
    for call in streamed:
        owned = shares(call)
        assert owned.send + owned.planned + owned.late + owned.receive == call.done - call.sent
        assert min(owned.send, owned.planned, owned.late, owned.receive) >= 0
        assert owned.planned == TTFT + ITL * (TOKENS - 1)
