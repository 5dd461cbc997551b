"""The heartbeat: a loop that stalls is seen to stall."""

import asyncio
import time

import pytest

from overlap.harness.model.record import Lag
from overlap.harness.worker.heartbeat import PERIOD, Heartbeat, cost, sleeps, spread
from overlap.harness.worker.stopwatch import awaited


def test_a_stall_counts_for_every_beat_it_swallowed():
    """A block of 0.2 s delays some twenty beats, the first by almost all of it: no coordinated omission."""

    async def stalled():
        beat = Heartbeat(asyncio.get_running_loop())
        beat.start()
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251  the mistake that is to be seen
        await asyncio.sleep(0.01)
        return beat.stop()

    lag = asyncio.run(stalled())
    # 0.2 s less one period: what the first beat, due after 10 ms, must have been late at least.
    assert lag.max >= 200_000_000 - PERIOD
    assert lag.count >= 18
    assert lag.p50 <= lag.max
    assert lag.p99 is None


def test_a_loop_blocked_to_the_end_does_not_look_idle():
    """The beat that never ran counts as late as it was when the slot ended."""

    async def blocked():
        beat = Heartbeat(asyncio.get_running_loop())
        beat.start()
        time.sleep(0.05)  # noqa: ASYNC251  the mistake that is to be seen
        return beat.stop()

    assert asyncio.run(blocked()).max >= 40_000_000


def test_a_slot_shorter_than_a_beat_has_no_lag():
    """Unknown is None, never 0."""

    async def short():
        beat = Heartbeat(asyncio.get_running_loop())
        beat.start()
        return beat.stop()

    assert asyncio.run(short()) is None


def test_below_a_hundred_beats_there_is_no_99th_percentile():
    """Of fifteen, it would be the largest; of a hundred, it lies between the last two."""
    assert spread(range(1, 16)) == Lag(p50=8, p99=None, max=15, count=15)
    # The median of 100 is the mean of the two in the middle; the p99 has place (100 + 1/3) 0.99 + 1/3 = 99.66.
    assert spread(range(10, 1010, 10)) == Lag(p50=505, p99=997, max=1000, count=100)


@pytest.mark.parametrize(
    ("passed", "what"),
    [
        # Ten beats alone cost 60 each, all of it theirs.
        ([(60, 1)] * 10, 600),
        # Four alone, at 60; a call of 3,000 beside the fifth, which was woken for, too.
        ([(60, 1)] * 4 + [(3_060, 2)], 300),
        # A thread that never slept had nobody to wake: 5 for what the beat itself computes.
        ([(9_000, 0)] * 10, 50),
        # A thread that others kept from its core: it never slept, and computed no more than a beat alone.
        ([(60, 1)] * 4 + [(40, 0)], 280),
        # What ran before the thread slept for the first time is not the beat's, though it slept only once.
        ([(60, 1)] * 4 + [(4_000, 1)], 300),
        # No beat was ever alone: the cheapest wake of all stands for it, 400 / 10.
        ([(400, 10), (1_000, 10)], 80),
        # The system does not count sleeps: what is known for certain.
        ([(60, None)] * 10, 50),
        ([], 0),
    ],
)
def test_of_the_time_between_beats_only_the_beats_own_is_taken_off(passed, what):
    """Planted costs, ns by hand."""
    assert cost(passed, own=5) == what


@pytest.mark.parametrize("strategy", ["idle", "busy"])
def test_a_slots_cpu_time_is_what_it_would_be_without_a_heartbeat(strategy):
    """An idle loop costs next to nothing, and one that computes what it computes: its clock is read beside."""

    async def idle(*_):
        await asyncio.sleep(0.4)

    async def busy(*_):
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        await asyncio.sleep(0.05)

    if sleeps() is None:
        pytest.skip("the system does not count how often a thread sleeps")
    timed = asyncio.run(awaited({"idle": idle, "busy": busy}[strategy], None, [], None, 1))
    assert timed.beats > 0
    if strategy == "idle":
        # Some forty beats have woken the loop, and it did nothing else: as good as all of it is theirs.
        assert timed.cpu < timed.beats / 2
    else:
        assert 95_000_000 < timed.cpu < 125_000_000
