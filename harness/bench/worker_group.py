"""
Several workers that share out the calls of one open loop, as a service has several behind one address.

    order ──► each worker: its every n-th call, client, warm-up ──► all ready ──► one start ──► answers, added up

Each has a loop, a client and as many places of its own; neighbouring calls go to different workers, so that a
call need not wait until the one before it is computed: it takes the core from that (slices.py). A closed loop has
nothing to share out: one worker runs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from time import monotonic, monotonic_ns
from typing import Self

from overlap.harness.bench.worker_process import PATIENCE, Launch
from overlap.harness.host import interrupt
from overlap.harness.worker import open_loop
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls, SlotResult, added, result_from

MARGIN = 20_000_000
"""ns for the word to reach every worker, beyond what one needs to place its calls."""


class Team:
    """Launches that carry out an order on so many *cores*. A context; a broken one cannot be asked again."""

    def __init__(self, launches: Sequence[Launch], cores: int = 1) -> None:
        self._launches, self._cores = launches, cores

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def methods(self, order: Order, patience: float) -> list[str]:
        """Ask one of them, as `Launch.methods` does."""
        return self._launches[0].methods(order, patience)

    def tried(self, order: Order, patience: float) -> FirstCalls:
        """Ask one of them, as `Launch.tried` does."""
        return self._launches[0].tried(order, patience)

    def slot(self, order: Order, patience: float) -> SlotResult:
        """Have *order* carried out, and return what came of it in all of them. Raises `WorkerFailure`."""
        if order.processes == 1:
            return self._launches[0].slot(order, patience)
        interrupt.check()
        end = monotonic() + patience
        for number, each in enumerate(self._launches):
            # One a core keeps it awake.
            each.say({"slot": replace(order, member=number, awake=order.awake and number < self._cores)})
        # One that cannot build its application says so in place of being ready.
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
        """End all of them, within the time that one has."""
        for each in self._launches:
            each.leave()
        until = monotonic() + PATIENCE
        for each in self._launches:
            each.end(max(0.0, until - monotonic()))


def team(
    processes: int, cores: Sequence[int | None], hash_seed: int, env: Mapping[str, str] | None = None
) -> Team:
    """Start a team of so many *processes*, one after the other on each of *cores*."""
    env = env or {}
    several = processes > 1
    places = islice(cycle(cores), processes)
    return Team([Launch(core, hash_seed, env=env, together=several) for core in places], len(cores))
