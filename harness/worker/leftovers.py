"""Counts what a slot leaves behind when its application is closed: tasks on its loop, threads in its process."""

import asyncio
import threading
from time import monotonic

# Seconds to wait for threads that have been asked to end.
GRACE = 0.2


class Leftovers:
    """
    Remember the threads that exist now; count the new ones, and the tasks, once a slot is over.

    Leftovers would disturb the next slot. The threads of the loop's own executor end with the loop and do not
    count.
    """

    def __init__(self) -> None:
        self._before = set(threading.enumerate())
        self.tasks = 0

    async def count_tasks(self) -> None:
        """Count the other tasks of the running loop, after letting those that were just cancelled end."""
        await asyncio.sleep(0)
        self.tasks = len(asyncio.all_tasks()) - 1

    def threads(self) -> int:
        """Return the number of new threads that do not end within `GRACE`; call it after the loop is closed."""
        end = monotonic() + GRACE
        new = set(threading.enumerate()) - self._before
        for thread in new:
            thread.join(max(0.0, end - monotonic()))
        return sum(1 for thread in new if thread.is_alive())
