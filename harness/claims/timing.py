"""Measures durations, CPU time and how long the event loop was blocked; all in ns."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import monotonic_ns, process_time_ns
from typing import Any

from overlap.harness.worker.heartbeat import Heartbeat

Start = Callable[[], Awaitable[Any]]


async def elapsed(awaitable: Awaitable[Any]) -> int:
    """Await it, and return how long that took."""
    began = monotonic_ns()
    await awaitable
    return monotonic_ns() - began


async def runs(start: Start, tries: int = 3) -> list[int]:
    """Return how long each of several runs of `await start()` took."""
    return [await elapsed(start()) for _ in range(tries)]


async def best(start: Start, tries: int = 3) -> int:
    """Return the shortest of several runs of `await start()`: what else runs on the machine only adds time."""
    return min(await runs(start, tries))


def took(call: Callable[[], Any]) -> int:
    """Return how long a plain call took."""
    began = monotonic_ns()
    call()
    return monotonic_ns() - began


async def cpu(awaitable: Awaitable[Any]) -> int:
    """Await it, and return the CPU time the whole process spent meanwhile."""
    began = process_time_ns()
    await awaitable
    return process_time_ns() - began


async def cores(start: Start, tries: int = 3) -> float:
    """
    Return how many cores `await start()` kept busy at the most: CPU time of the process / time, of several runs.

    Work that runs on one thread at a time never reaches more than one, however busy the machine is.
    """
    ratios = []
    for _ in range(tries):
        spent, began = process_time_ns(), monotonic_ns()
        await start()
        ratios.append((process_time_ns() - spent) / (monotonic_ns() - began))
    return max(ratios)


class Stall:
    """Return the longest time the event loop was blocked; None while it is still being measured."""

    longest: int | None = None


@contextmanager
def watching() -> Iterator[Stall]:
    """Watch the running loop with a heartbeat while the context lasts."""
    beat, stall = Heartbeat(asyncio.get_running_loop()), Stall()
    beat.start()
    try:
        yield stall
    finally:
        lag = beat.stop()
        stall.longest = lag.max if lag else 0


async def stalled(start: Start, tries: int = 1) -> int:
    """Return the longest stall of the loop during `await start()`; of several runs, the one with the least."""
    stalls = []
    for _ in range(tries):
        with watching() as stall:
            await start()
            # A beat that is late because of what has just ended is to be seen.
            await asyncio.sleep(0.02)
        stalls.append(stall.longest or 0)
    return min(stalls)
