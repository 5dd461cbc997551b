"""
How late the event loop is: a heartbeat due every 10 ms, and by how much it came too late.

Beats are due at absolute times and are not skipped: a loop that stalls for 300 ms runs 30 late beats, as 30
events that came in meanwhile would have waited. The timer's own grain is part of the figure: asyncio's rounds
up to whole milliseconds, uvloop's may fire up to 0.85 ms early, which counts as 0.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic_ns

from harness.record import Lag

PERIOD = 10_000_000


class Heartbeat:
    """Beats on *loop* from `start` to `stop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._late: list[int] = []
        self._due = 0
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin; the first beat is due one period from now."""
        self._due = monotonic_ns() + PERIOD
        self._next = self._loop.call_later(PERIOD / 1e9, self._beat)

    def _beat(self) -> None:
        now = monotonic_ns()
        self._late.append(max(0, now - self._due))
        self._due += PERIOD
        self._next = self._loop.call_later(max(0, self._due - now) / 1e9, self._beat)

    def stop(self) -> Lag | None:
        """End; None where the slot was over before the first beat."""
        if self._next:
            self._next.cancel()
        # A beat that is overdue now has not run: a loop blocked to the very end would else look idle.
        if (overdue := monotonic_ns() - self._due) > 0:
            self._late.append(overdue)
        return spread(self._late)

    @property
    def late(self) -> Sequence[int]:
        """How late each beat came, in ns."""
        return self._late


def spread(late: Sequence[int]) -> Lag | None:
    """Sum up how late things were; None of nothing."""
    if not late:
        return None
    ordered = sorted(late)
    count = len(ordered)
    return Lag(ordered[count // 2], ordered[min(count - 1, count * 99 // 100)], ordered[-1], count)
