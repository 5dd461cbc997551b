"""One awaited call after another: asynchronous code that overlaps nothing."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from overlap.harness.probe import Item, Probe
from overlap.harness.strategies._one import ask

NEEDS = "ainvoke"
SEQUENTIAL = True


async def run(app: Any, items: Sequence[Item], probe: Probe, _concurrency: int) -> None:
    """Await `ainvoke` for each item in turn."""
    for item in items:
        await ask(app, item, probe)


def offer(app: Any, probe: Probe, _concurrency: int) -> AbstractContextManager[Callable[[Item], Any]]:
    """In an open loop, start a task for each call at once, as a server does for each of its users."""
    return nullcontext(lambda item: asyncio.create_task(ask(app, item, probe)))
