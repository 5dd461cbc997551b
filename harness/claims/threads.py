"""A default executor as asyncio makes it, that also counts how often it is handed work."""

import asyncio
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


def default_size() -> int:
    """Answer how many threads asyncio and `batch` take by default: the cores and four more, 32 at most."""
    # From 3.13 on only the cores that the process may use are counted.
    count = getattr(os, "process_cpu_count", os.cpu_count)
    return min(32, (count() or 1) + 4)


class Counted(ThreadPoolExecutor):
    """An executor of the default size; `hops` is how often something was handed to one of its threads."""

    def __init__(self) -> None:
        super().__init__(default_size(), thread_name_prefix="asyncio")
        self.hops = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Count, then do as any executor."""
        self.hops += 1
        return super().submit(fn, *args, **kwargs)


def counting(loop: asyncio.AbstractEventLoop) -> Counted:
    """Give *loop* an executor that counts, and answer it."""
    executor = Counted()
    loop.set_default_executor(executor)
    return executor
