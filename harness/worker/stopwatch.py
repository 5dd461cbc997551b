"""The timed part of a slot: a strategy between two readings of the clock, from inside of a loop or without one."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic_ns, process_time_ns
from typing import Any

from overlap.harness.host import child_cpu
from overlap.harness.probe import Item, Probe
from overlap.harness.worker.heartbeat import Heartbeat
from overlap.harness.worker.results import Timed


async def awaited(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Await *strategy* and time it from inside the loop: whatever runs that is left out."""
    beat, handed = Heartbeat(asyncio.get_running_loop()), child_cpu.of_children()
    beat.start()
    cpu, started = process_time_ns(), monotonic_ns()
    await strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    lag, beats = beat.stop(), min(beat.cost, spent)
    # It goes with the time that passes, not with calls: it is no part of what they cost.
    return Timed(started, ended, spent - beats + child_cpu.of_children() - handed, lag, beats)


def blocking(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Run a plain *strategy* and time it; there is no loop to be late."""
    handed = child_cpu.of_children()
    cpu, started = process_time_ns(), monotonic_ns()
    strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    return Timed(started, ended, spent + child_cpu.of_children() - handed)
