"""One awaited call after another: asynchronous code that overlaps nothing."""

from collections.abc import Sequence
from typing import Any

from harness.probe import Item, Probe
from harness.strategies._one import ask

NEEDS = "ainvoke"
SEQUENTIAL = True


async def run(app: Any, items: Sequence[Item], probe: Probe, _concurrency: int) -> None:
    """Await `ainvoke` for each item in turn."""
    for item in items:
        await ask(app, item, probe)
