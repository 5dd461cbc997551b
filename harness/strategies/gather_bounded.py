"""asyncio.gather over everything at once, held back by a semaphore."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import ask, held_back

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Make every task now; a semaphore lets *concurrency* of them through."""
    one = held_back(ask, app, probe, concurrency)
    await asyncio.gather(*map(one, items))


def offer(app: Any, probe: Probe, concurrency: int) -> AbstractContextManager[Callable[[Item], Any]]:
    """In an open loop, start a task for each call, which waits for one of *concurrency* places."""
    one = held_back(ask, app, probe, concurrency)
    return nullcontext(lambda item: asyncio.create_task(one(item)))
