"""Many streams at once, held back by a semaphore: what a server does for its users."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import held_back, listen

NEEDS = "astream"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Read up to *concurrency* streams at once."""
    one = held_back(listen, app, probe, concurrency)
    await asyncio.gather(*map(one, items))


def offer(app: Any, probe: Probe, concurrency: int) -> AbstractContextManager[Callable[[Item], Any]]:
    """In an open loop, start a task for each call, which waits for one of *concurrency* places."""
    one = held_back(listen, app, probe, concurrency)
    return nullcontext(lambda item: asyncio.create_task(one(item)))
