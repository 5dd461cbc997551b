"""
An executor that notes how long what it is handed waits for a thread.

One book for all such executors of a process, which runs one slot at a time: an application may set a default
executor of its own size, and its queue is the slot's as well.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic_ns
from typing import Any, ParamSpec, TypeVar

from overlap.harness.model.quantile import quantile
from overlap.harness.model.record import Queue

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class StampedExecutor(ThreadPoolExecutor):
    """
    A `ThreadPoolExecutor` that stamps each piece of work when it is handed over and when a thread begins it.

    Two readings of the clock and one call more for each: well below a microsecond, where handing work to a thread
    and waking the loop again costs fifty.
    """

    def __init__(self, size: int) -> None:
        # The prefix is the one asyncio gives its own default executor.
        super().__init__(size, thread_name_prefix="asyncio")

    def submit(self, fn: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Answer]:
        """Hand over *fn* as usual."""
        return super().submit(_begin, monotonic_ns(), fn, args, kwargs)


_waits: list[int] = []


def _begin(handed: int, fn: Callable[..., Answer], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Answer:
    _waits.append(monotonic_ns() - handed)
    return fn(*args, **kwargs)


def forget() -> None:
    """Begin anew: what was handed over until now is not part of what follows."""
    _waits.clear()


def queue() -> Queue | None:
    """Answer how long work waited since the last `forget`; None where none was begun."""
    return Queue(len(_waits), round(quantile(_waits, 0.5)), max(_waits)) if _waits else None
