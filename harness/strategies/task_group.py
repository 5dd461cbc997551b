"""A TaskGroup that starts a task only when a place is free."""

import asyncio
from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import ask

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Start one task per item in a TaskGroup, never more than *concurrency* alive at once."""
    gate = asyncio.Semaphore(concurrency)
    async with asyncio.TaskGroup() as group:
        for item in items:
            await gate.acquire()
            group.create_task(ask(app, item, probe)).add_done_callback(lambda _: gate.release())
