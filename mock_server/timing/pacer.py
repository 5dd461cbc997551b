"""The only clock: wakes each answer when its next piece is due, in the order of the due times."""

import asyncio
import time
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from overlap.mock_server.timing import timer

TURN = 2_000_000
"""The longest the pacer keeps the event loop from reading requests, in ns, when it has fallen behind."""


CROWD = 256
REST = 100_000
"""
With more than `CROWD` answers under way, the shortest time from one wake-up to the next, in ns.

Waking, arming and the reader's own waking cost as much as a write. With a thousand streams a token is due every
20 µs; taking those of 100 µs together saves a quarter of the CPU, and makes each 50 µs later on average.
"""


class Paced(Protocol):
    """Anything that has something to do at known times."""

    @property
    def over(self) -> bool:
        """Whether it has ended and is to be forgotten."""

    def step(self, now: int) -> int | None:
        """Do what is due at *now*; answer when to be woken next, in ns of the monotonic clock, or None."""


class Alarm(Protocol):
    """What rings the pacer."""

    kind: str

    def arm(self, due: int | None) -> None:
        """Ring at *due*, in ns of the monotonic clock, or not any more; forget any earlier order."""

    def close(self) -> None:
        """Ring no more."""


class Pacer:
    """
    One alarm and one heap of absolute due times.

    A due time is never moved because an earlier piece was late, so lateness does not add up along a stream.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], int] = time.monotonic_ns,
        alarm: Callable[[asyncio.AbstractEventLoop, Callable[[], None]], Alarm] = timer.best,
    ) -> None:
        self._heap: list[tuple[int, int, Paced]] = []
        self._order = count()
        self._clock = clock
        self._alarm = alarm(loop, self._ring)
        self._armed: int | None = None
        self._dead = 0

    @property
    def kind(self) -> str:
        """What the times are kept with: `timerfd`, or the less exact `loop timer`."""
        return self._alarm.kind

    def __len__(self) -> int:
        return sum(not paced.over for _, _, paced in self._heap)

    def at(self, due: int, paced: Paced) -> None:
        """Wake *paced* at *due*, in ns of the monotonic clock."""
        heappush(self._heap, (due, next(self._order), paced))
        if self._armed is None or due < self._armed:
            self._armed = due
            self._alarm.arm(due)

    def forget(self) -> None:
        """Take note that something may be over; what is over is swept out when it may be half of the heap."""
        self._dead += 1
        if self._dead > 64 and self._dead * 2 > len(self._heap):
            self._heap[:] = [item for item in self._heap if not item[2].over]
            heapify(self._heap)
            self._dead = 0

    def _ring(self) -> None:
        heap = self._heap
        clock = self._clock
        now = clock()
        until = now + TURN
        while heap and heap[0][0] <= now < until:
            # Out of the heap before its step: a step may end it, or start the next one of its connection.
            paced = heappop(heap)[2]
            if not paced.over:
                due = paced.step(now)
                if due is not None:
                    # One that is behind with much takes its turn behind all that are due by now.
                    heappush(heap, (max(now, due), next(self._order), paced))
                now = clock()
        due = heap[0][0] if heap else None
        if due is not None and due > now and len(heap) > CROWD:
            due = max(due, now + REST)
        self._armed = due
        self._alarm.arm(self._armed)

    def close(self) -> None:
        """Cancel all wake-ups."""
        self._heap.clear()
        self._alarm.close()
