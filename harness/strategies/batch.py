"""One blocking `batch` over all inputs, with max_concurrency; its calls share a start and an end."""

from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "batch"


def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Hand all items to `batch`, which runs them on threads; without the setting it would take 6 on 2 cores."""
    with probe.together(items) as calls:
        prompts = [item.prompt for item in items]
        outputs = app.batch(prompts, config={"max_concurrency": concurrency}, return_exceptions=True)
        calls.finish_all(outputs)
