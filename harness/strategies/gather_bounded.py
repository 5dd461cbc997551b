"""asyncio.gather over everything at once, held back by a semaphore."""

import asyncio
from collections.abc import Sequence
from typing import Any

from harness.probe import Item, Probe
from harness.strategies._one import ask

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Make every task now; a semaphore lets *concurrency* of them through."""
    gate = asyncio.Semaphore(concurrency)

    async def one(item: Item) -> None:
        async with gate:
            await ask(app, item, probe)

    await asyncio.gather(*map(one, items))
