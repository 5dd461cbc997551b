"""One awaited `abatch` over all inputs, with max_concurrency; its calls share a start and an end."""

from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "abatch"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Hand all items to `abatch`; when each of them ended cannot be seen from here."""
    with probe.together(items) as calls:
        prompts = [item.prompt for item in items]
        outputs = await app.abatch(prompts, config={"max_concurrency": concurrency}, return_exceptions=True)
        calls.finish_all(outputs)
