"""Plays the model of a busy server in real time: outputs leave when the model finds them due."""

import time
from collections import deque
from typing import cast

from mock_server.capacity import Capacity, Job, Size
from mock_server.exchange import Exchange
from mock_server.pacer import Pacer


class _Wake:
    """One call at the pacer's; over once there is a sooner one."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self.over = False

    def step(self, now: int) -> int | None:
        """Let the model run until *now*."""
        return self._load.run(now)


class Load:
    """The model, and who is told of its outputs."""

    def __init__(self, size: Size, pacer: Pacer) -> None:
        self._model = Capacity(size)
        self._pacer = pacer
        self._jobs: dict[Exchange, Job] = {}
        self._wake = _Wake(self)
        self._outbox: deque[tuple[int, Job]] = deque()
        self._emitting = False

    @property
    def busy(self) -> int:
        """How many requests hold a slot."""
        return self._model.busy

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        return self._model.waiting

    def full(self, now: int) -> bool:
        """Answer whether slots and queue are full at *now*."""
        self.run(now)
        return self._model.full

    def take(self, exchange: Exchange, prefill: int) -> None:
        """Work on *exchange* as soon as there is a slot."""
        self._emit(self._model.advance(exchange.received))
        job = Job(exchange, prefill, exchange.plan.due)
        self._jobs[exchange] = job
        self._model.arrive(job)
        self.run(time.monotonic_ns())
        self._order()

    def drop(self, exchange: Exchange) -> None:
        """Free the slot of an exchange whose client has gone."""
        job = self._jobs.pop(exchange, None)
        if job is not None:
            self._emit(self._model.advance(time.monotonic_ns()))
            self._model.leave(job)
            self._order()

    def run(self, now: int) -> int | None:
        """Let the model run until *now*; answer when it wants to be woken next."""
        self._emit(self._model.advance(now))
        return self._model.next()

    def _emit(self, outputs: list[tuple[int, Job]]) -> None:
        self._outbox.extend(outputs)
        if self._emitting:  # an output has ended an exchange, and the next of its connection has come in here
            return
        self._emitting = True
        while self._outbox:
            due, job = self._outbox.popleft()
            exchange = cast(Exchange, job.owner)
            if not exchange.over:
                exchange.emit(due)
            if job.gone:
                self._jobs.pop(exchange, None)
        self._emitting = False

    def _order(self) -> None:
        """See that the pacer wakes the model in time for its next event, which may have moved either way."""
        due = self._model.next()
        self._wake.over = True
        self._pacer.forget()
        if due is not None:
            self._wake = _Wake(self)
            self._pacer.at(due, self._wake)
