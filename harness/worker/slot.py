"""
The life of a slot: one timed execution of a cell.

    open      a fresh loop with its executor, the application imported and built
    warm      warm-up calls, then a garbage collection
    run       the calls: the one part that is timed
    close     application, client and loop; what they leave behind is counted

Every slot is run by this code: by the worker of `bench`; by the worker of `diagnose`, which passes a watch; for
the first calls of an application, which are made in an open slot; and by the pytest plugin, in the tests' own
process. A notebook has a loop and an application already: it shares the timed part (`stopwatch`) and the
instruments around it.
"""

import asyncio
import gc
import inspect
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from overlap.harness import registry
from overlap.harness.application.holding import Holder
from overlap.harness.host import scheduler_slice
from overlap.harness.host.gc_freeze import settle, settle_for_now
from overlap.harness.host.idle_guard import awake
from overlap.harness.probe import Item, Probe
from overlap.harness.remote.hooks import metered
from overlap.harness.worker import loops, open_loop
from overlap.harness.worker.executor import StampedExecutor, Waits
from overlap.harness.worker.instruments import Instruments
from overlap.harness.worker.leftovers import Leftovers
from overlap.harness.worker.order import Order
from overlap.harness.worker.outbound import OUTBOUND, proxies
from overlap.harness.worker.results import SlotResult, Timed
from overlap.harness.worker.runner import Runner
from overlap.harness.worker.slowdown import Burning
from overlap.harness.worker.stopwatch import awaited, blocking
from overlap.harness.worker.target import Target

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too

STRATEGIES = "overlap.harness.strategies"
Meet = Callable[[], int]
"""Reports that this process is ready, waits for the others, and returns the start of the schedule, in ns."""


class Watch(Protocol):
    """An observer that is notified while calls are made, warm-up calls too."""

    def began(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Note that calls are about to be made, on *loop*; None if the strategy is a plain function."""

    def ended(self) -> None:
        """Note that the calls have ended or were cancelled."""


class SlotSession:
    """
    One slot, carried out step by step: `open`, `warm`, `run`, `close`, and then its `result`.

    A `with` block opens and closes it. *watch* observes it. In a *lent* process, which is not a worker of ours,
    objects are frozen for the garbage collector only until the slot is closed.
    """

    def __init__(self, order: Order, watch: Watch | None = None, *, lent: bool = False) -> None:
        self._order, self._watch, self._lent = order, watch, lent
        self._opened = ExitStack()
        self._waits = Waits()
        self._probe, self._warmed = Probe(), Probe()
        self._timed: Timed | None = None

    def __enter__(self) -> "Self":
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> "Self":
        """
        Make the loop and build the application.

        Raise `Unknown` or `ApplicationError`, with everything closed.
        """
        order = self._order
        if order.processes > 1:
            scheduler_slice.shorten()
        self._left = Leftovers()
        OUTBOUND.admit((order.endpoint.base_url, *(proxies() if order.remote else ())), order.allow)
        with ExitStack() as opened:
            self._meter = opened.enter_context(metered(order.remote))
            self._awake = opened.enter_context(awake(wanted=order.awake))
            # The loop copies the context when it is created, with what the application sets at import.
            opened.enter_context(self._waits)
            self._target = Target(order, freeze=not self._lent)
            self.runner = opened.enter_context(Runner(loop_factory=loops.factory(order.cell.loop)))
            self.runner.get_loop().set_default_executor(StampedExecutor(order.executor))
            self.app, self._client = self.runner.run(self._build())
            opened.callback(self._close_application)
            self.calls, self.warmup = self._target.items(self.app)
            self._opened = opened.pop_all()
        return self

    async def _build(self) -> tuple[Any, Any]:
        self._holder = Holder(getattr(self.runner, "_context", None))
        try:
            return await self._target.build(self._holder)
        except BaseException:
            await self._holder.leave()
            raise

    def _close_application(self) -> None:
        self.runner.run(close(self.app, self._client))
        self.runner.run(self._holder.leave())
        self.runner.run(self._left.count_tasks())

    def warm(self) -> None:
        """Make the warm-up calls, and collect garbage now, so that this does not fall into the timed part."""
        order = self._order
        self._strategy = registry.load(STRATEGIES, order.cell.strategy)
        self._kept = open_loop.OpenLoop(self._strategy, order.patience) if order.arrivals else None
        self._go(self._strategy.run, self.app, self.warmup, self._warmed)
        freeze = not self._target.collectable
        if not self._lent:
            settle(freeze=freeze)
        elif settle_for_now(freeze=freeze):
            self._opened.callback(gc.unfreeze)
        self._waits.forget()

    def run(self, meet: Meet | None = None) -> None:
        """
        Make the calls, timed.

        If several processes share them, *meet* synchronises these before the schedule.
        """
        order = self._order
        # Warm-up calls are made without it: the slowdown belongs to counted calls only.
        app = Burning(self.app, order.burn) if order.burn else self.app
        strategy = self._kept.run if self._kept else self._strategy.run
        if self._kept and meet and order.processes > 1:
            self._kept.start = meet()
        with Instruments(self._client, self._waits) as instruments:
            timed = self._go(strategy, app, self.calls, self._probe)
        offered = self._kept.late if self._kept else None
        self._timed = replace(instruments.read(timed), offered=offered, awake=self._awake)

    def _go(self, strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe) -> Timed:
        """Run *strategy*, plain or async, to its end, and time it."""
        looped = inspect.iscoroutinefunction(strategy)
        arguments = (strategy, app, calls, probe, self._order.cell.concurrency)
        if self._watch:
            self._watch.began(self.runner.get_loop() if looped else None)
        try:
            return self.runner.run(awaited(*arguments)) if looped else blocking(*arguments)
        finally:
            if self._watch:
                self._watch.ended()

    def close(self) -> None:
        """Close the application, its client and the loop, and count what they leave behind."""
        self._opened.close()
        if self._timed:
            refused = OUTBOUND.refused.total() if OUTBOUND.watching else None
            self._timed = replace(
                self._timed, tasks=self._left.tasks, threads=self._left.threads(), refused=refused
            )

    @property
    def result(self) -> SlotResult:
        """The slot's timing and calls; raises RuntimeError before the slot was run."""
        if self._timed is None:
            raise RuntimeError("the slot was not run to its end")
        cell, number = self._order.cell, self._order.round
        calls = [call for each in (self._warmed, self._probe) for call in each.calls(cell.id, number)]
        if not self._meter:
            return SlotResult(self._timed, calls)
        return SlotResult(replace(self._timed, metered=self._meter.total), self._meter.told(calls))


def execute(order: Order, meet: Meet | None = None, watch: Watch | None = None) -> SlotResult:
    """Carry out the slot of *order* from `open` to `close`, and return its result."""
    with SlotSession(order, watch) as slot:
        slot.warm()
        slot.run(meet)
    return slot.result


async def close(app: Any, client: Any) -> None:
    """Close the application, if it has a method for that, and then its client."""
    for each in (app,) if app is client else (app, client):
        for name in ("close", "aclose"):
            # In some libraries the asynchronous method is called `close`.
            closing = getattr(each, name)() if callable(getattr(each, name, None)) else None
            if inspect.isawaitable(closing):
                await closing
