"""One awaited stream after another, chunk by chunk."""

from collections.abc import Sequence
from typing import Any

from harness.probe import Item, Probe
from harness.strategies._one import listen

NEEDS = "astream"
SEQUENTIAL = True


async def run(app: Any, items: Sequence[Item], probe: Probe, _concurrency: int) -> None:
    """Read `astream` to its end for each item in turn."""
    for item in items:
        await listen(app, item, probe)
