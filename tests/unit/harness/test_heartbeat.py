"""The heartbeat: a loop that stalls is seen to stall."""

import asyncio
import time

from harness.heartbeat import PERIOD, Heartbeat


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
    assert lag.p50 <= lag.p99 <= lag.max


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
