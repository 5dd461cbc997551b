"""
The open loop: each call is started when it is due, whether or not earlier ones have come back.

    due times ──► timer ──► a strategy's `offer` starts the call ──► wait for all, until the time is over

The schedule never moves. If the strategy is at its concurrency limit, a call waits. Its latency counts from its
due time, so the wait is part of it. Calls that have not ended when the time is over are cancelled, and recorded as
such.
"""

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent import futures
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from time import monotonic_ns, sleep
from types import ModuleType
from typing import Any

from overlap.harness.host import timerfd
from overlap.harness.model.arrivals_spec import Arrivals
from overlap.harness.model.record import Lag
from overlap.harness.probe import Item, Probe
from overlap.harness.worker.heartbeat import spread

LEAD = 5_000_000
"""Least ns from the beginning of a slot to the start of its schedule, so that the first call is not late."""

UNFINISHED, NOT_STARTED = "Unfinished", "NotStarted"
"""Errors of calls that the end of the slot cut off: those in flight, and those that still waited to be started."""

Offer = Callable[[Any, Probe, int], AbstractContextManager[Callable[[Item], Any]]]
_FILLER = "The waits of many requests overlap. "
_BYTES = 4
"""Bytes of UTF-8 that the mock counts as one token."""

_TAG = len("[call r003.000017] ")


def lead(calls: int) -> int:
    """Return how many ns before its schedule a slot must begin: scheduling a call takes about 1000 ns."""
    return LEAD + 2_000 * calls


def planned(questions: Sequence[Any], arrivals: Arrivals, seed: int) -> tuple[list[Any], list[int]]:
    """Return *questions* in the lengths that the arrivals give, and each due time, in ns after the start."""
    sizes = islice(arrivals.sizes(seed), len(questions))
    prompts = [sized(each, *size) if size else each for each, size in zip(questions, sizes, strict=True)]
    return prompts, list(islice(arrivals.due_times(seed), len(questions)))


def sized(question: Any, tokens: int, answer: int) -> Any:
    """
    Return *question* cut or padded to *tokens* tokens, with a mark that requests an answer of *answer* tokens.

    Tokens are counted as the mock counts them, and the call's tag is included. The mark is kept even if it is
    longer than *tokens*. What a chain adds to the prompt comes on top. An input that is not a string is returned
    unchanged.

    >>> sized("Name one use of a brick.", 10, 129)
    '[tokens 129] Name one'
    >>> len("[call r003.000017] " + sized("Name one use of a brick.", 100, 129))
    400
    """
    if not isinstance(question, str):
        return question
    head = f"[tokens {answer}] "
    length = max(0, tokens * _BYTES - _TAG - len(head))
    text = question.encode()[:length].decode(errors="ignore")
    missing = length - len(text.encode())
    return head + text + (" " + _FILLER * (missing // len(_FILLER) + 1))[:missing]


class OpenLoop:
    """
    Start the calls of one slot at their due times, through *strategy*'s `offer`.

    `run` replaces the strategy's `run`.

    The schedule begins at `start` (ns; soon, if that is None) and ends at the latest *patience* seconds after the
    last due time. `late` is how late calls were offered to the strategy, which is the harness's own error; the
    time at which they were sent also contains the strategy's waits.
    """

    def __init__(self, strategy: ModuleType, patience: float) -> None:
        self._offer: Offer = strategy.offer
        self._patience = round(patience * 1e9)
        self._late: list[int] = []
        self.start: int | None = None
        self.run = self._awaited if inspect.iscoroutinefunction(strategy.run) else self._blocking

    @property
    def late(self) -> Lag | None:
        """How late calls were offered to the strategy, in ns; None if there was no call."""
        return spread(self._late)

    async def _awaited(self, app: Any, calls: Sequence[Item], probe: Probe, concurrency: int) -> None:
        placed, end = self._placed(calls)
        tasks: list[asyncio.Task[Any]] = []
        with self._offer(app, probe, concurrency) as start:
            try:
                await _feed(placed, lambda item: tasks.append(start(item)), self._late)
                if tasks:
                    await asyncio.wait(tasks, timeout=max(0, end - monotonic_ns()) / 1e9)
            finally:
                for task in tasks:
                    task.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
        _raise(ended)
        _cut_off(placed, probe)

    def _blocking(self, app: Any, calls: Sequence[Item], probe: Probe, concurrency: int) -> None:
        placed, end = self._placed(calls)
        started: list[futures.Future[Any]] = []
        with self._offer(app, probe, concurrency) as start:
            for item in placed:
                while (left := (item.due or 0) - monotonic_ns()) > 0:
                    sleep(left / 1e9)
                self._late.append(-left)
                started.append(start(item))
            futures.wait(started, max(0, end - monotonic_ns()) / 1e9)
        _raise([each.exception() for each in started if not each.cancelled()])
        _cut_off(placed, probe)

    def _placed(self, calls: Sequence[Item]) -> tuple[list[Item], int]:
        """Return *calls* with due times of the monotonic clock, and the time (ns) at which waiting ends."""
        start = self.start or monotonic_ns() + lead(len(calls))
        placed = [replace(item, due=start + (item.due or 0)) for item in calls]
        return placed, max((item.due or 0 for item in placed), default=start) + self._patience


async def _feed(placed: Iterable[Item], start: Callable[[Item], None], late: list[int]) -> None:
    """
    Start each of *placed*, which are ordered by due time, when it is due.

    Append to *late* by how much, in ns.
    """
    loop = asyncio.get_running_loop()
    waiting, over = deque(placed), loop.create_future()

    def ring() -> None:
        try:
            while waiting:
                due, now = waiting[0].due or 0, monotonic_ns()
                if due > now:
                    ringer.arm(due)
                    return
                late.append(now - due)
                start(waiting.popleft())
        except BaseException as wrong:  # noqa: BLE001  the loop would only log it, and `await over` would never end
            waiting.clear()
            over.set_exception(wrong)
        if not over.done():
            over.set_result(None)

    ringer = timerfd.best(loop, ring)
    try:
        ring()
        await over
    finally:
        ringer.close()


def _raise(ended: Iterable[object]) -> None:
    """Raise the first exception of the strategy itself; exceptions of calls are recorded by the probe."""
    for outcome in ended:
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise outcome


def _cut_off(placed: Iterable[Item], probe: Probe) -> None:
    """Mark the calls that the slot's end cut off, and record those that never began: no call is lost."""
    for mark in probe.marks:
        if mark.error == asyncio.CancelledError.__name__:
            mark.error = UNFINISHED
    begun = {mark.item.index for mark in probe.marks}
    for item in placed:
        if item.index not in begun:
            mark = probe.measure(item)
            mark.sent = mark.done = monotonic_ns()
            mark.error = NOT_STARTED
