"""Blocking calls on a thread pool of the size of the concurrency."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.probe import Item, Probe

NEEDS = "invoke"


def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Call `invoke` for each item on one of *concurrency* threads."""

    def one(item: Item) -> None:
        with probe.measure(item):
            app.invoke(item.prompt)

    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(one, items))
