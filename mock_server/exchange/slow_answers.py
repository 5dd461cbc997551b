"""Makes long answers in a thread beside the loop, so that no other request waits for them."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from overlap.mock_server.exchange.schedule_plan import AnswerPlan

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

SWITCH = 0.001
"""The longest (s) that the thread keeps the interpreter to itself while the loop has something to do."""
HELD = 8
"""How many answers that must be held whole there are at once; more wait for one of them to end."""

Work = Callable[[], AnswerPlan]
Then = Callable[[AnswerPlan], None]


class Workshop:
    """One thread, for one answer after another; it is started for the first of them."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[tuple[Work, Then]] = deque()
        self._held = 0

    def make(self, work: Work, then: Then) -> None:
        """Have *work* done, and call *then* with what it made, on the loop."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # few servers are asked for such an answer

            sys.setswitchinterval(SWITCH)
            self._pool = ThreadPoolExecutor(1, "long answers")
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(lambda done: None if done.cancelled() else then(done.result()))

    def hold(self, work: Work, then: Then) -> None:
        """Do the same for an answer that is held whole: now, or when there is room; `free` ends it."""
        if self._held < HELD:
            self._held += 1
            self.make(work, then)
        else:
            self._waiting.append((work, then))

    def free(self) -> None:
        """Take note that an answer is held no longer."""
        if self._waiting:
            self.make(*self._waiting.popleft())
        else:
            self._held -= 1

    def close(self) -> None:
        """Make nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
