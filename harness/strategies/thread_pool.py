"""Blocking calls on a thread pool of the size of the concurrency."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from overlap.harness.probe import Item, Probe

NEEDS = "invoke"


def run(app: Any, items: Sequence[Item], probe: Probe, concurrency: int) -> None:
    """Call `invoke` for each item on one of *concurrency* threads."""

    def one(item: Item) -> None:
        with probe.measure(item):
            app.invoke(item.prompt)

    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(one, items))


@contextmanager
def offer(app: Any, probe: Probe, concurrency: int) -> Iterator[Callable[[Item], Any]]:
    """In an open loop, hand each call to one of *concurrency* threads, or to the queue before them."""

    def one(item: Item) -> None:
        with probe.measure(item):
            app.invoke(item.prompt)

    pool = ThreadPoolExecutor(concurrency)
    try:
        yield lambda item: pool.submit(one, item)
    finally:
        pool.shutdown(cancel_futures=True)
