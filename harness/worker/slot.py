"""One timed execution of a cell: a fresh loop and client, warmed, measured, closed."""

import asyncio
import inspect
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import monotonic_ns, process_time_ns
from typing import Any

from overlap.harness import registry
from overlap.harness.application.adapting import built
from overlap.harness.application.inputs import item, questions
from overlap.harness.application.opening import made, opened, own, scenario
from overlap.harness.application.shape import shape
from overlap.harness.host import child_cpu, scheduler_slice
from overlap.harness.host.gc_freeze import settle
from overlap.harness.host.idle_guard import awake
from overlap.harness.model import arrivals_spec
from overlap.harness.model.endpoint import Endpoint, Remote
from overlap.harness.model.record import OWN, Call, Cell, Lag, Metered, Pauses, Queue
from overlap.harness.probe import Item, Probe
from overlap.harness.remote.hooks import metered
from overlap.harness.store.run_files import cell_from
from overlap.harness.worker import executor, loops, open_loop
from overlap.harness.worker.gc_pauses import Collections
from overlap.harness.worker.heartbeat import Heartbeat
from overlap.harness.worker.leftovers import Leftovers
from overlap.harness.worker.pool_waits import PoolWaits
from overlap.harness.worker.slowdown import Burning


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told to do for one slot; everything it needs and nothing it must look up."""

    cell: Cell
    round: int
    calls: int
    warmup: int
    base_url: str
    seed: int
    executor: int
    timeout: float
    max_retries: int
    burn: int = 0  # ns of CPU time more for every counted call: a slowdown planted on purpose
    remote: Remote | None = None  # a real endpoint instead of a server of ours
    subject: str = ""  # where somebody's own application or scenario is, if the cell's scenario does not say it
    inputs: str | None = None  # the file of what it is asked
    arrivals: str = ""  # of an open loop, as in poisson,rate=50; a closed one has none
    span: float = 0.0  # seconds from an open loop's start to its last call's due time
    patience: float = 0.0  # seconds after that in which its calls may come back
    awake: bool = False  # whether the worker's core is to be kept from sleeping
    processes: int = 1  # that share out an open loop's calls
    member: int = 0  # which of these the worker is
    draw: int | None = None  # the round whose latencies the server draws; None where nobody counts rounds

    @property
    def word(self) -> str:
        """What names the scenario or the application."""
        return self.subject or self.cell.scenario

    @property
    def made(self) -> int:
        """How many calls it comes to in all, warm-up calls of every process among them."""
        return self.calls + self.warmup * self.processes


def order_from(fact: dict[str, Any]) -> Order:
    """Make an `Order` of its JSON object."""
    remote = Remote(**fact["remote"]) if fact.get("remote") else None
    return Order(**{**fact, "cell": cell_from(fact["cell"]), "remote": remote})


@dataclass(frozen=True, slots=True)
class Timed:
    """What was seen of a slot from inside: monotonic start and end, CPU time, and what explains lost time."""

    started: int
    ended: int
    cpu: int
    lag: Lag | None = None
    beats: int | None = None
    gc: Pauses | None = None
    queue: Queue | None = None
    pool: Queue | None = None
    metered: Metered | None = None
    offered: Lag | None = None
    awake: bool | None = None
    tasks: int | None = None
    threads: int | None = None


def endpoint_of(order: Order) -> Endpoint:
    """Answer what the clients of a slot are told: of a server of ours, or of a real endpoint."""
    most = max(1000, order.cell.concurrency)
    if order.remote:
        return order.remote.endpoint(order.timeout, order.max_retries, most)
    return Endpoint(
        base_url=f"{order.base_url}/v1",
        timeout=order.timeout,
        max_retries=order.max_retries,
        max_connections=most,
    )


def application(order: Order, thing: Any = None) -> Any:
    """
    Build the client, and around it the scenario's application where it has one; both are one for an own one.

    *thing* is what the module of an own application had; it is imported anew where there is none yet. Raises
    `Unknown` or `Unloadable`, with one line, for what cannot be built.
    """
    endpoint = endpoint_of(order)
    if spec := own(order.word):
        app = built(opened(spec, endpoint) if thing is None else thing, endpoint, spec.word)
        return app, app
    if order.cell.client == OWN:
        app = made(order.word, endpoint, order.cell.variant)
        return app, app
    client = registry.load("overlap.harness.clients", order.cell.client).client(endpoint)
    module = scenario(order.word)
    if not hasattr(module, "app"):
        return client, client
    # A scenario whose plan names variants takes one; one without has nothing to choose.
    chosen = (order.cell.variant,) if order.cell.variant else ()
    return module.app(client, endpoint, *chosen), client


def items(order: Order, app: Any = None) -> tuple[list[Item], list[Item]]:
    """
    Answer the slot's calls and its warm-up calls; the same prompts for the same seed, whatever the cell.

    Their tags name the round, so that each round has latencies of its own, which all of its cells share.

    An own *app* is asked in the shape in which it takes its input. Of an open loop that several processes share
    out, those of the order's member.
    """
    asked = questions(order.inputs, order.seed)
    fits = shape(app if order.cell.client == OWN else None)
    if not own(order.word) and not order.inputs:
        asked = scenario(order.word).prompts(random.Random(order.seed))
    told = list(islice(asked, max(order.calls, order.warmup)))
    first = order.member * order.warmup
    warm = [item(index, fits(question), warmup=True) for index, question in enumerate(told[: order.warmup], first)]
    told = told[: order.calls]
    if not order.arrivals:
        return [item(index, fits(question), draw=order.draw) for index, question in enumerate(told)], warm
    told, due = open_loop.planned(told, arrivals_spec.read(order.arrivals), order.seed)
    placed = arrivals_spec.part(enumerate(zip(told, due, strict=True)), order.member, order.processes)
    made = [replace(item(index, fits(question), draw=order.draw), due=at) for index, (question, at) in placed]
    return made, warm


Meet = Callable[[], int]
"""Says that all is ready, waits for the others, and answers when the schedule of all begins, in ns."""


def execute(order: Order, meet: Meet | None = None) -> tuple[Timed, list[Call]]:
    """
    Run one slot and answer what was timed and the calls, warm-up calls among them.

    Where several processes share it out, they *meet* between warm-up and schedule.
    """
    strategy = registry.load("overlap.harness.strategies", order.cell.strategy)
    if order.processes > 1:
        scheduler_slice.shorten()
    spec, left = own(order.word), Leftovers()
    with (
        metered(order.remote) as meter,
        awake(wanted=order.awake) as kept_awake,
        asyncio.Runner(loop_factory=loops.factory(order.cell.loop)) as runner,
    ):
        thing = opened(spec, endpoint_of(order)) if spec else None
        loop = runner.get_loop()
        loop.set_default_executor(executor.StampedExecutor(order.executor))
        app, client = runner.run(_in_loop(lambda: application(order, thing)))
        calls, warm = items(order, app)
        try:
            kept = open_loop.OpenLoop(strategy, order.patience) if order.arrivals else None
            run = _runs_on(runner, kept.run if kept else strategy.run)
            warmed, probe = Probe(), Probe()
            _runs_on(runner, strategy.run)(app, warm, warmed, order.cell.concurrency)
            settle(freeze=spec is None)  # an application of one's own must stay collectable
            executor.forget()
            # Warmed without it: what it adds is counted calls' alone.
            slowed = Burning(app, order.burn) if order.burn else app
            if kept and meet and order.processes > 1:
                kept.start = meet()
            with Collections() as collections, PoolWaits() as pools:
                timed = run(slowed, calls, probe, order.cell.concurrency)
            timed = replace(timed, gc=collections.pauses, queue=executor.queue(), pool=pools.queue)
            timed = replace(timed, offered=kept.late if kept else None, awake=kept_awake)
        finally:
            runner.run(close(app, client))
            runner.run(left.count_tasks())
    timed = replace(timed, tasks=left.tasks, threads=left.threads())
    made = [call for each in (warmed, probe) for call in each.calls(order.cell.id, order.round)]
    return (replace(timed, metered=meter.total), meter.told(made)) if meter else (timed, made)


Run = Callable[[Any, Sequence[Item], Probe, int], Timed]


def _runs_on(runner: asyncio.Runner, strategy: Callable[..., Any]) -> Run:
    """Wrap *strategy*, plain or async, so that it runs to its end and is timed."""
    if inspect.iscoroutinefunction(strategy):
        return lambda *args: runner.run(awaited(strategy, *args))
    return lambda *args: blocking(strategy, *args)


async def awaited(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Await *strategy* and time it from inside the loop: whatever runs that is left out."""
    beat, handed = Heartbeat(asyncio.get_running_loop()), child_cpu.of_children()
    beat.start()
    cpu, started = process_time_ns(), monotonic_ns()
    await strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    lag, beats = beat.stop(), min(beat.cost, spent)
    # It goes with the time that passes, not with calls: it is no part of what they cost.
    return Timed(started, ended, spent - beats + child_cpu.of_children() - handed, lag, beats)


def blocking(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Run a plain *strategy* and time it; there is no loop to be late."""
    handed = child_cpu.of_children()
    cpu, started = process_time_ns(), monotonic_ns()
    strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    return Timed(started, ended, spent + child_cpu.of_children() - handed)


async def _in_loop(build: Callable[[], Any]) -> Any:
    """Build inside the running loop: an asynchronous client may bind itself to it."""
    return build()


async def close(app: Any, client: Any) -> None:
    """Close the application, where it has something to close of its own, and then the client underneath it."""
    for each in (app,) if app is client else (app, client):
        for name in ("close", "aclose"):
            # Some call the asynchronous one `close`.
            closing = getattr(each, name)() if callable(getattr(each, name, None)) else None
            if inspect.isawaitable(closing):
                await closing
