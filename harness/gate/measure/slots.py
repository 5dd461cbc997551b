"""One slot of a twin in one arm: ordered, measured, joined, and said in numbers; or said why not."""

from dataclasses import replace

from overlap.harness.bench.rounds import measured, order_of
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.gate.measure.cells import Twin
from overlap.harness.gate.measure.slot_values import values
from overlap.harness.gate.measure.workers import Workers
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Call, Slot
from overlap.harness.worker.order import Order


class SlotFailure(Exception):
    """A slot of *cell* in *arm* gave nothing that could be compared; the message is one line."""

    def __init__(self, cell: str, arm: str, reason: str) -> None:
        super().__init__(reason)
        self.cell, self.arm = cell, arm


class Slots:
    """Measures slots with the workers of a round, against the servers of the run."""

    def __init__(self, config: RunConfig, servers: Servers, workers: Workers) -> None:
        self._config, self._servers, self._workers = config, servers, workers

    def order(self, arm: str, planned: Planned, number: int = 0, burn: int = 0) -> Order:
        """Return what the worker of *arm* is told to do for *planned*."""
        size = self._workers.executor(arm)
        config = replace(self._config, executor=size) if size else self._config
        base_url = self._servers.of(planned).base_url
        return replace(order_of(config, planned, number, base_url), burn=burn)

    def measure(self, twin: Twin, arm: str, number: int, burn: int = 0) -> tuple[Slot, list[Call]]:
        """
        Have one slot done.

        Raises `SlotFailure`, for calls that failed too, and `ServerLost` when the server is gone.
        """
        planned = twin.side(arm)
        order = self.order(arm, planned, number, burn)
        try:
            slot, calls = measured(self._workers.of(arm), order, 0, self._config.slot_timeout)
        except WorkerFailure as broken:
            self._servers.check()
            raise SlotFailure(twin.name, arm, str(broken)) from None
        failed = [call.error for call in calls if call.error and not call.warmup]
        # A server that was told to fail is meant to: then its failures are what is compared.
        if failed and not planned.server:
            raise SlotFailure(twin.name, arm, f"{len(failed)} of {planned.calls} calls failed: {failed[0]}")
        return slot, calls

    def values(self, twin: Twin, arm: str, number: int, burn: int = 0) -> dict[str, float]:
        """Have one slot done, and return what it says by metric."""
        return values(twin.side(arm).cell, *self.measure(twin, arm, number, burn))
