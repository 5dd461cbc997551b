"""A default executor as asyncio makes it, that also counts how often it is handed work."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from overlap.harness.model.config import default_executor


class Counted(ThreadPoolExecutor):
    """An executor of the default size; `hops` is how often something was handed to one of its threads."""

    def __init__(self) -> None:
        super().__init__(default_executor(), thread_name_prefix="asyncio")
        self.hops = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Count, then do as any executor."""
        self.hops += 1
        return super().submit(fn, *args, **kwargs)


def counting(loop: asyncio.AbstractEventLoop) -> Counted:
    """Give *loop* an executor that counts, and return it."""
    executor = Counted()
    loop.set_default_executor(executor)
    return executor
