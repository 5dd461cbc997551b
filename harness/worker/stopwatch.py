"""The timed part of a slot: a strategy between two readings of the clock, inside a loop or without one."""

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
    """Await *strategy* and time it from inside the loop, so that starting and ending the loop do not count."""
    beat, children = Heartbeat(asyncio.get_running_loop()), child_cpu.of_children()
    beat.start()
    cpu, started = process_time_ns(), monotonic_ns()
    await strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    lag, beats = beat.stop(), min(beat.cost, spent)
    # The heartbeat's cost grows with time and not with calls, so it is not part of what calls cost.
    return Timed(started, ended, spent - beats + child_cpu.of_children() - children, lag, beats)


def blocking(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Run a plain *strategy* and time it; without a loop there is no loop lag."""
    children = child_cpu.of_children()
    cpu, started = process_time_ns(), monotonic_ns()
    strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    return Timed(started, ended, spent + child_cpu.of_children() - children)
