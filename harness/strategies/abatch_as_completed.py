"""One `abatch_as_completed` over all inputs: a common start, and each call's own end."""

from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "abatch_as_completed"


async def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Hand all items over and note each as it comes back."""
    with probe.together(items) as calls:
        prompts = [item.prompt for item in items]
        limit = {"max_concurrency": concurrency}
        async for place, output in app.abatch_as_completed(prompts, config=limit, return_exceptions=True):
            calls.finish(place, output)
