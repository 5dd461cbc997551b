"""What a slot leaves behind when its application has been closed: tasks on its loop, threads in its process."""

import asyncio
import threading
from time import monotonic

# Seconds in which threads that have been told to end do so.
GRACE = 0.2


class Leftovers:
    """
    Remembers the threads there are, and counts what is there besides once a slot is over.

    What is left is in the next slot's way: nothing may leak into it. The loop's own executor is none of it.
    """

    def __init__(self) -> None:
        self._before = set(threading.enumerate())
        self.tasks = 0

    async def count_tasks(self) -> None:
        """Count the tasks of the running loop, without the one that counts; those just cancelled may end first."""
        await asyncio.sleep(0)
        self.tasks = len(asyncio.all_tasks()) - 1

    def threads(self) -> int:
        """Count the threads that were not there before and do not end; to be asked when the loop is closed."""
        end = monotonic() + GRACE
        new = set(threading.enumerate()) - self._before
        for thread in new:
            thread.join(max(0.0, end - monotonic()))
        return sum(1 for thread in new if thread.is_alive())
