"""One blocking stream after another, chunk by chunk."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "stream"
SEQUENTIAL = True


def run(app: Any, items: Sequence[Item], probe: Probe, _concurrency: int) -> None:
    """Read `stream` to its end for each item in turn."""
    for item in items:
        with probe.measure(item) as call, closing(app.stream(item.prompt)) as pieces:
            for piece in pieces:
                call.saw(piece)
