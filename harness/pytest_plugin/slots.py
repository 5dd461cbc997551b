"""A slot that is opened, run and closed in three steps, so that somebody else can time the one in the middle."""

import asyncio
import gc
import inspect
from typing import Any

from overlap.harness import registry
from overlap.harness.bench.rounds import joined
from overlap.harness.mock.journal import take
from overlap.harness.model.record import Slot
from overlap.harness.probe import Item, Probe
from overlap.harness.stats.rounds import Round
from overlap.harness.worker import executor, loops
from overlap.harness.worker.slot import Order, Timed, application, awaited, blocking, close, items


class OpenSlot:
    """A fresh loop and client with the scenario's application around it, warmed; in this process."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._strategy = registry.load("overlap.harness.strategies", order.cell.strategy)
        self._runner = asyncio.Runner(loop_factory=loops.factory(order.cell.loop))
        self._runner.get_loop().set_default_executor(executor.StampedExecutor(order.executor))
        self._app, self._client = self._runner.run(self._built())
        self._timed: Timed | None = None
        self._probe, self._warmed = Probe(), Probe()
        try:
            self._refuse_what_it_cannot_do()
            self._calls, warm = items(order, self._app)
            take(order.base_url)
            self._go(warm, self._warmed)
        except BaseException:
            self._end()
            raise
        gc.collect()

    def run(self) -> None:
        """Make the calls: what is timed."""
        self._timed = self._go(self._calls, self._probe)

    def closed(self, number: int) -> Round:
        """Close everything, and answer what was measured as round *number*, joined with the server's journal."""
        self._end()
        cell, order = self._order.cell, self._order
        journal = take(order.base_url)
        if self._timed is None:
            raise RuntimeError("the slot was closed before it was run")
        calls = [call for probe in (self._warmed, self._probe) for call in probe.calls(cell.id, number)]
        timed = self._timed
        between = (timed.started, timed.ended)
        slot = Slot(cell.id, number, 0, order.calls, *between, timed.cpu, timed.lag, beats=timed.beats)
        slot, calls = joined(slot, calls, journal)
        return Round(
            cell, slot, [call for call in calls if not call.warmup], [call for call in calls if call.warmup]
        )

    def _go(self, calls: list[Item], probe: Probe) -> Timed:
        run, width = self._strategy.run, self._order.cell.concurrency
        if inspect.iscoroutinefunction(run):
            return self._runner.run(awaited(run, self._app, calls, probe, width))
        return blocking(run, self._app, calls, probe, width)

    async def _built(self) -> tuple[Any, Any]:
        """Build inside the running loop: an asynchronous client may bind itself to it."""
        app, client = application(self._order)
        return app, client

    def _refuse_what_it_cannot_do(self) -> None:
        cell, needed = self._order.cell, self._strategy.NEEDS
        if not callable(getattr(self._app, needed, None)):
            raise registry.Unknown(
                f"{cell.scenario} on {cell.client} has no {needed!r}, which {cell.strategy} needs"
            )

    def _end(self) -> None:
        self._runner.run(close(self._app, self._client))
        self._runner.close()
        executor.forget()
