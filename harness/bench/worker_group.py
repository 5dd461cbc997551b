"""
Several workers that share the calls of one open loop, as a service runs several behind one address.

    order ──► each worker: its every n-th call, client, warm-up ──► all ready ──► one start ──► answers, added up

Each worker has its own loop, client and concurrency limit. Neighbouring calls go to different workers, so that a
call need not wait for the computation of the one before: its worker preempts the neighbour
(host/scheduler_slice.py). A closed loop is run by one worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from time import monotonic, monotonic_ns
from typing import Self

from overlap.harness.application.project_python import OURS, Interpreter
from overlap.harness.bench.worker_process import PATIENCE, Launch, result_from
from overlap.harness.host import interrupt
from overlap.harness.worker import open_loop
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls, SlotResult, added

MARGIN = 20_000_000
"""ns for the start time to reach every worker, in addition to what one needs to schedule its calls."""


class Team:
    """
    Worker processes that carry out an order together, on *cores* cores.

    After a failure it cannot be used again.
    """

    def __init__(self, launches: Sequence[Launch], cores: int = 1) -> None:
        self._launches, self._cores = launches, cores

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def methods(self, order: Order, patience: float) -> list[str]:
        """Return the methods of the application of *order*, as `Launch.methods` does; one worker is enough."""
        return self._launches[0].methods(order, patience)

    def tried(self, order: Order, patience: float) -> FirstCalls:
        """Have one worker make the first calls of *order*, as `Launch.tried` does."""
        return self._launches[0].tried(order, patience)

    def slot(self, order: Order, patience: float) -> SlotResult:
        """Have all workers carry out *order*, and return their results together. Raise `WorkerFailure`."""
        if order.processes == 1:
            return self._launches[0].slot(order, patience)
        interrupt.check()
        end = monotonic() + patience
        for number, each in enumerate(self._launches):
            # One worker for each core keeps it awake.
            each.say({"slot": replace(order, member=number, awake=order.awake and number < self._cores)})
        # A worker that cannot build its application answers with an error instead of "ready".
        for each in self._launches:
            each.heard(end - monotonic(), patience)
        start = monotonic_ns() + open_loop.lead(order.calls) + MARGIN
        for each in self._launches:
            each.say({"start": start})
        results = [result_from(each.heard(end - monotonic(), patience)) for each in self._launches]
        return SlotResult(
            added(result.timed for result in results), [call for result in results for call in result.calls]
        )

    def end(self) -> None:
        """End all workers, within the time that a single one has."""
        for each in self._launches:
            each.leave()
        until = monotonic() + PATIENCE
        for each in self._launches:
            each.end(max(0.0, until - monotonic()))


def team(
    processes: int,
    cores: Sequence[int | None],
    hash_seed: int,
    env: Mapping[str, str] | None = None,
    interpreter: Interpreter = OURS,
) -> Team:
    """Start a team of *processes* workers under *interpreter*, distributed over *cores* in turn."""
    env = env or {}
    several = processes > 1
    places = islice(cycle(cores), processes)
    return Team(
        [Launch(core, hash_seed, env=env, interpreter=interpreter, together=several) for core in places],
        len(cores),
    )
