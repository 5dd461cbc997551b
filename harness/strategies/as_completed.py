"""One task per call, taken in the order they finish rather than the order they were asked."""

import asyncio
from collections.abc import Sequence
from typing import Any

from harness.probe import Item, Probe
from harness.strategies._one import ask

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Make every task now, held back by a semaphore, and await them as they complete."""
    gate = asyncio.Semaphore(concurrency)

    async def one(item: Item) -> None:
        async with gate:
            await ask(app, item, probe)

    for done in asyncio.as_completed(map(one, items)):
        await done
