"""
Measures how late the event loop is: a heartbeat is due every 10 ms, and its delay is recorded.

Beats are due at absolute times and are not skipped: a loop that stalls for 300 ms runs 30 late beats, because 30
events that arrived meanwhile would have waited as well. The timer's own resolution is part of the figure:
asyncio's rounds up to whole milliseconds; uvloop's may fire up to 0.85 ms early, which counts as 0.

A beat costs CPU time itself, most of it for waking a sleeping core: some 60 microseconds; a call costs some ms.
Beats grow with the time that passes and not with the calls, so a slot of few, long calls would be charged most.
`Heartbeat` therefore notes, at every beat, the CPU time of its thread and how often the thread has slept:

    beat ── sleep ── beat                     slept once: nothing else ran, all of that CPU time is the beat's
    beat ── sleep ── call ── sleep ── beat    slept more often: as much of it as a beat costs on its own
    beat ── call ── call ── beat              never slept: no core was woken; only what the beat itself computes

`cost` is the sum, which is subtracted from the slot's CPU time.
"""

import asyncio
import resource
from collections.abc import Sequence
from itertools import pairwise
from time import monotonic_ns, thread_time_ns

from overlap.harness.model.quantile import quantile
from overlap.harness.model.record import Lag

PERIOD = 10_000_000
# With fewer values, the 99th percentile would be little else than the largest one.
FEWEST = 100
# If fewer beats than this had their period to themselves, the cheapest wake-up of all stands for a beat's cost.
FEWEST_ALONE = 4
# A period that costs more than this many usual beats held something else, although the thread slept only once.
TOO_DEAR = 3


def sleeps() -> int | None:
    """Return how often this thread has given up its core to wait; None if the system does not count it."""
    who = getattr(resource, "RUSAGE_THREAD", None)
    return None if who is None else resource.getrusage(who).ru_nvcsw


class Heartbeat:
    """Beats on *loop* from `start` to `stop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._late: list[int] = []
        self._due = 0
        self._spent: list[tuple[int, int | None]] = []
        self._own = 0
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start beating; the first beat is due one period from now."""
        self._due = monotonic_ns() + PERIOD
        self._next = self._loop.call_later(PERIOD / 1e9, self._beat)
        self._spent.append((thread_time_ns(), sleeps()))

    def _beat(self) -> None:
        now, spent = monotonic_ns(), thread_time_ns()
        self._spent.append((spent, sleeps()))
        self._late.append(max(0, now - self._due))
        self._due += PERIOD
        self._next = self._loop.call_later(max(0, self._due - now) / 1e9, self._beat)
        self._own += thread_time_ns() - spent

    def stop(self) -> Lag | None:
        """Stop, and return how late the beats were; None if the slot was over before the first beat."""
        if self._next:
            self._next.cancel()
        # A beat that is overdue now has not run. Without it, a loop blocked to the very end would look idle.
        if (overdue := monotonic_ns() - self._due) > 0:
            self._late.append(overdue)
        return spread(self._late)

    @property
    def cost(self) -> int:
        """CPU time of the beats themselves, in ns."""
        passed = [
            (after[0] - before[0], None if before[1] is None or after[1] is None else after[1] - before[1])
            for before, after in pairwise(self._spent)
        ]
        return cost(passed, self._own // max(1, len(passed)))

    @property
    def late(self) -> Sequence[int]:
        """How late each beat came, in ns."""
        return self._late


def cost(passed: Sequence[tuple[int, int | None]], own: int) -> int:
    """
    Return the part of the CPU time between beats that is the beats' own.

    *passed* has one pair for each period between two beats: the CPU time of the thread, in ns, and how often the
    thread slept (None: unknown). *own* is the CPU time of a beat without the wake-up, in ns.

    >>> cost([(60, 1), (64, 1), (56, 1), (60, 1), (3_000, 2), (9_000, 0)], own=5)
    305
    """
    alone = sorted(spent for spent, slept in passed if slept == 1)
    if len(alone) >= FEWEST_ALONE:
        usual = max(own, alone[len(alone) // 4])
    else:
        usual = max(own, min((spent // slept for spent, slept in passed if slept), default=own))
    return sum(_of_beat(spent, slept, usual, own) for spent, slept in passed)


def _of_beat(spent: int, slept: int | None, usual: int, own: int) -> int:
    if not slept:
        # A thread that was preempted by others has not slept either, but has computed no more than a beat.
        return spent if slept == 0 and spent <= usual else min(spent, own)
    if slept == 1 and spent <= TOO_DEAR * usual:
        return spent
    return min(spent, usual)


def spread(late: Sequence[int]) -> Lag | None:
    """Return median, 99th percentile and maximum of *late* (ns); None if it is empty, no p99 of fewer than 100."""
    if not late:
        return None
    ordered = sorted(late)
    p99 = round(quantile(ordered, 0.99)) if len(ordered) >= FEWEST else None
    return Lag(round(quantile(ordered, 0.5)), p99, ordered[-1], len(ordered))
