"""Plays the model of a busy server in real time, and notifies each job's owner when an output is due."""

import time
from collections import deque
from collections.abc import Callable

from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.load.capacity import Capacity, Job, Size
from overlap.mock_server.timing.pacer import Pacer

Emit = Callable[[int, Job], None]


class _Wake:
    """One call at the pacer's; over once there is another."""

    def __init__(self, run: Callable[[int], int | None]) -> None:
        self._run = run
        self.over = False

    def step(self, now: int) -> int | None:
        """Let the model run until *now*."""
        return self._run(now)


class Simulation:
    """The model, its alarm, and *emit*, which is called with the due time and the job of each output, in order."""

    def __init__(self, size: Size, pacer: Pacer, counts: Counts, emit: Emit) -> None:
        self._model = Capacity(size)
        self._pacer = pacer
        self._counts = counts
        self._emit = emit
        self._wake = _Wake(self.run)
        self._outbox: deque[tuple[int, Job]] = deque()
        self._emitting = False

    def full(self, now: int) -> bool:
        """Return whether slots and queue are full at *now*."""
        self.run(now)
        return self._model.full

    def arrive(self, at: int, job: Job) -> None:
        """Work on *job*, which came *at* (ns), as soon as there is a slot."""
        self.run(at)
        self._model.arrive(job)
        self.run(time.monotonic_ns())
        self._order()

    def leave(self, job: Job) -> None:
        """Free the place of *job*, now."""
        self.run(time.monotonic_ns())
        self._model.leave(job)
        self._order()

    def run(self, now: int) -> int | None:
        """Let the model run until *now*; answer when it wants to be woken next."""
        self._outbox.extend(self._model.advance(now))
        self._counts.load(self._model.busy, self._model.waiting)
        if not self._emitting:  # else an output has led here: it ended an answer, and the next request came in
            self._emitting = True
            while self._outbox:
                self._emit(*self._outbox.popleft())
            self._emitting = False
        return self._model.next()

    def _order(self) -> None:
        """See that the pacer wakes the model in time for its next event, which may have moved either way."""
        due = self._model.next()
        self._wake.over = True
        self._pacer.forget()
        if due is not None:
            self._wake = _Wake(self.run)
            self._pacer.at(due, self._wake)
