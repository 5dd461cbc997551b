"""Steps of a chain that wait, block or compute for a known time, and a count of how many run at once."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Self


def waits(seconds: float) -> Callable[[Any], Any]:
    """Make an async function that hands the loop back for *seconds*."""

    async def wait(value: Any) -> Any:
        await asyncio.sleep(seconds)
        return value

    return wait


def blocks(seconds: float) -> Callable[[Any], Any]:
    """Make a plain function that blocks its thread for *seconds*, without using the CPU."""

    def block(value: Any) -> Any:
        time.sleep(seconds)
        return value

    return block


def burns(seconds: float) -> Callable[[Any], Any]:
    """Make a plain function that computes for *seconds* of its own thread's CPU time, however long that takes."""

    def burn(value: Any) -> Any:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return value

    return burn


def inside(step: Callable[..., Any]) -> Any:
    """Make an async function that does *step* without handing the loop back: the mistake that blocks it."""

    async def do(value: Any) -> Any:  # that it awaits nothing is the point
        return step(value)

    return do


class SideBySide:
    """Counts how many are inside at once, at the most, and on which threads: `with together: …`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.peak = 0
        self.threads: set[int] = set()

    def __enter__(self) -> Self:
        with self._lock:
            self._now += 1
            self.peak = max(self.peak, self._now)
            self.threads.add(threading.get_ident())
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1

    def waits(self, seconds: float) -> Callable[[Any], Any]:
        """Make an async function that is counted while it waits."""

        async def wait(value: Any) -> Any:
            with self:
                await asyncio.sleep(seconds)
            return value

        return wait

    def blocks(self, seconds: float) -> Callable[[Any], Any]:
        """Make a plain function that is counted while it blocks."""

        def block(value: Any) -> Any:
            with self:
                time.sleep(seconds)
            return value

        return block
