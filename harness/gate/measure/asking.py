"""Asks both arms which methods their applications have, each application once."""

from collections.abc import Collection
from dataclasses import replace

from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.gate.measure.slots import Slots
from overlap.harness.gate.measure.workers import Workers
from overlap.harness.model.plan import Planned
from overlap.harness.text.mistakes import Mistake


class CellQuery:
    """Answers the methods of an application in an arm; starts the workers when it is first asked."""

    def __init__(self, slots: Slots, workers: Workers) -> None:
        self._slots, self._workers = slots, workers
        self._known: dict[tuple[str, str, str, str], list[str]] = {}

    def __call__(self, arm: str, planned: Planned) -> Collection[str]:
        """Return the names; raises `Mistake` if the application cannot be built there."""
        cell = planned.cell
        key = (arm, cell.scenario, cell.client, cell.variant)
        if key not in self._known:
            # Any strategy and loop will do: it is the application that is asked.
            plain = replace(planned, cell=replace(cell, strategy="invoke", loop="asyncio"))
            try:
                if not self._workers.pids:
                    self._workers.start(0)
                self._known[key] = self._workers.methods(arm, self._slots.order(arm, plain))
            except WorkerFailure as broken:
                name = f"{cell.scenario} on {cell.client}"
                raise Mistake(f"the {arm} arm: {name} cannot be built: {broken}") from broken
        return self._known[key]
