"""One blocking call after another."""

from collections.abc import Sequence
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "invoke"
SEQUENTIAL = True


def run(app: Any, items: Sequence[Item], probe: Probe, _concurrency: int) -> None:
    """Call `invoke` for each item in turn."""
    for item in items:
        with probe.measure(item):
            app.invoke(item.prompt)
