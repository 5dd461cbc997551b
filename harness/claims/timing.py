"""How long something took, what it cost, and how long it kept the event loop from its other work; all in ns."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from time import monotonic_ns, process_time_ns
from typing import Any

from harness.heartbeat import Heartbeat

Start = Callable[[], Awaitable[Any]]


async def elapsed(awaitable: Awaitable[Any]) -> int:
    """Await it, and answer how long that took."""
    began = monotonic_ns()
    await awaitable
    return monotonic_ns() - began


async def best(start: Start, tries: int = 3) -> int:
    """Answer the shortest of several runs of `await start()`: what else runs on the machine only adds time."""
    return min([await elapsed(start()) for _ in range(tries)])


def took(call: Callable[[], Any]) -> int:
    """Answer how long a plain call took."""
    began = monotonic_ns()
    call()
    return monotonic_ns() - began


async def cpu(awaitable: Awaitable[Any]) -> int:
    """Await it, and answer the CPU time the whole process spent meanwhile."""
    began = process_time_ns()
    await awaitable
    return process_time_ns() - began


def gathered(*coroutines: Coroutine[Any, Any, Any]) -> Awaitable[list[Any]]:
    """Answer `asyncio.gather` of them, errors among the results."""
    return asyncio.gather(*coroutines, return_exceptions=True)


class Stall:
    """How long the loop was kept from a heartbeat, at the worst; None until the heart has stopped."""

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


async def stalled(awaitable: Awaitable[Any]) -> int:
    """Await it, and answer the longest stall of the loop meanwhile."""
    with watching() as stall:
        await awaitable
        # A beat that is late because of what has just ended is to be seen.
        await asyncio.sleep(0.02)
    return stall.longest or 0
