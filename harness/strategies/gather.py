"""asyncio.gather over waves as wide as the concurrency; a wave waits for its slowest call."""

import asyncio
from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import ask

NEEDS = "ainvoke"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Gather *concurrency* calls at once, then the next as many: gather itself knows no limit."""
    for first in range(0, len(items), concurrency):
        await asyncio.gather(*(ask(app, item, probe) for item in items[first : first + concurrency]))
