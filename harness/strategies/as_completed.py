"""One task per call, taken in the order they finish rather than the order they were asked."""

import asyncio
from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import ask, held_back

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Make every task now, held back by a semaphore, and await them as they complete."""
    one = held_back(ask, app, probe, concurrency)
    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        for done in asyncio.as_completed(tasks):
            await done
    finally:
        # Unlike gather and TaskGroup, as_completed lets its tasks run on when the one awaiting it is cancelled.
        for task in tasks:
            task.cancel()
