"""The two workers of a round, one for either arm: started side by side, asked in turn, ended together."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import psutil

from overlap.harness.bench.worker_process import Launch
from overlap.harness.gate.arms.build import Built
from overlap.harness.gate.record import ARMS
from overlap.harness.worker.order import Order


class Workers:
    """
    A fresh process for each of the two arms *built*, with the variables *given* by the user to both.

    They import on all cores, side by side, and then keep to *core*, where only the one that is asked is busy.
    """

    def __init__(
        self, built: Mapping[str, Built], core: int | None, patience: float, given: Mapping[str, str]
    ) -> None:
        self._built, self._core, self._patience, self._given = built, core, patience, given
        self._running: dict[str, Launch] = {}

    def start(self, hash_seed: int, first: Mapping[str, Order] | None = None) -> None:
        """
        Start both anew; each imports what its *first* order needs.

        Raises `WorkerFailure` if one does not come up, `Mistake` where a name is wrong.
        """
        self.end()
        for arm in ARMS:
            built = self._built[arm]
            self._running[arm] = built.launch(hash_seed, more=self._given)
        if first:
            with ThreadPoolExecutor(len(ARMS)) as threads:
                list(threads.map(lambda arm: self.methods(arm, first[arm]), ARMS))
        if self._core is not None:
            for launch in self._running.values():
                os.sched_setaffinity(launch.pid, {self._core})

    def methods(self, arm: str, order: Order) -> list[str]:
        """Return which methods the application of *order* has in *arm*."""
        return self._running[arm].methods(order, self._patience)

    def of(self, arm: str) -> Launch:
        """Return the worker of *arm*."""
        return self._running[arm]

    def executor(self, arm: str) -> int | None:
        """Return how many threads *arm* wants in its default executor; None: as the configuration says."""
        return self._built[arm].spec.executor

    def memory(self, arm: str) -> int:
        """Return the bytes of memory that the worker of *arm* holds."""
        return int(psutil.Process(self._running[arm].pid).memory_info().rss)

    @property
    def pids(self) -> list[int]:
        """The process ids of both."""
        return [launch.pid for launch in self._running.values()]

    def end(self) -> None:
        """End both."""
        for launch in self._running.values():
            launch.end()
        self._running = {}
