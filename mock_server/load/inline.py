"""Exchanges under the model of a busy server, where one process does all the work."""

from typing import cast

from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.exchange.exchange import Exchange
from overlap.mock_server.load.capacity import Job, Size
from overlap.mock_server.load.simulation import Simulation
from overlap.mock_server.timing.pacer import Pacer


class InlineLoad:
    """Gives the model each exchange's work, and lets an exchange send what the model finds due."""

    def __init__(self, size: Size, pacer: Pacer, counts: Counts) -> None:
        self._simulation = Simulation(size, pacer, counts, self._emit)
        self._jobs: dict[Exchange, Job] = {}

    def full(self, now: int) -> bool:
        """Return whether slots and queue are full at *now*."""
        return self._simulation.full(now)

    def take(self, exchange: Exchange, prefill: int) -> None:
        """Work on *exchange* as soon as there is a slot."""
        job = self._jobs[exchange] = Job(exchange, prefill, exchange.plan.due)
        self._simulation.arrive(exchange.received, job)

    def drop(self, exchange: Exchange) -> None:
        """Free the slot of an exchange whose client has gone."""
        job = self._jobs.pop(exchange, None)
        if job is not None:
            self._simulation.leave(job)

    def _emit(self, due: int, job: Job) -> None:
        exchange = cast("Exchange", job.owner)
        if not exchange.over:
            exchange.emit(due)
        if job.gone:
            self._jobs.pop(exchange, None)
