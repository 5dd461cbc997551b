"""One timed execution of a cell: a fresh loop and client, warmed, measured, closed."""

import asyncio
import gc
import inspect
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from time import monotonic_ns, process_time_ns
from typing import Any

from harness import executor, loops, registry
from harness.burn import Burning
from harness.endpoint import Endpoint, Remote
from harness.heartbeat import Heartbeat
from harness.pauses import Collections
from harness.pools import PoolWaits
from harness.probe import Item, Probe, item
from harness.record import Call, Cell, Lag, Metered, Pauses, Queue
from harness.remote.hooks import metered
from harness.store import cell_from


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
    gc: Pauses | None = None
    queue: Queue | None = None
    pool: Queue | None = None
    metered: Metered | None = None


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


def application(order: Order) -> Any:
    """Build the client, and around it the scenario's application where it has one."""
    endpoint = endpoint_of(order)
    client = registry.load("harness.clients", order.cell.client).client(endpoint)
    scenario = registry.load("scenarios", order.cell.scenario)
    if not hasattr(scenario, "app"):
        return client, client
    # A scenario whose plan names variants takes one; one without has nothing to choose.
    chosen = (order.cell.variant,) if order.cell.variant else ()
    return scenario.app(client, endpoint, *chosen), client


def items(order: Order) -> tuple[list[Item], list[Item]]:
    """Answer the slot's calls and its warm-up calls; the same prompts for the same seed, whatever the cell."""
    scenario = registry.load("scenarios", order.cell.scenario)
    prompts = list(islice(scenario.prompts(random.Random(order.seed)), max(order.calls, order.warmup)))
    calls = [item(index, prompt) for index, prompt in enumerate(prompts[: order.calls])]
    return calls, [item(index, prompt, warmup=True) for index, prompt in enumerate(prompts[: order.warmup])]


def execute(order: Order) -> tuple[Timed, list[Call]]:
    """Run one slot and answer what was timed and the calls, warm-up calls among them."""
    strategy = registry.load("harness.strategies", order.cell.strategy).run
    calls, warm = items(order)
    with metered(order.remote) as meter, asyncio.Runner(loop_factory=loops.factory(order.cell.loop)) as runner:
        loop = runner.get_loop()
        loop.set_default_executor(executor.StampedExecutor(order.executor))
        app, client = runner.run(_in_loop(lambda: application(order)))
        try:
            run = _runs_on(runner, strategy)
            warmed, probe = Probe(), Probe()
            run(app, warm, warmed, order.cell.concurrency)
            _settle()
            executor.forget()
            # Warmed without it: what it adds is counted calls' alone.
            slowed = Burning(app, order.burn) if order.burn else app
            with Collections() as collections, PoolWaits() as pools:
                timed = run(slowed, calls, probe, order.cell.concurrency)
            timed = replace(timed, gc=collections.pauses, queue=executor.queue(), pool=pools.queue)
        finally:
            runner.run(close(app, client))
    made = [call for each in (warmed, probe) for call in each.calls(order.cell.id, order.round)]
    return (replace(timed, metered=meter.total), meter.told(made)) if meter else (timed, made)


def _settle() -> None:
    """
    Collect garbage, so that a slot does not pay for the one before.

    What importing left behind is frozen once a launch: traversing it takes 0.1 s, and would fall upon whichever
    slot happens to set off a full collection. The collector itself stays on: its pauses are part of what the
    code under test costs.
    """
    gc.collect()
    _freeze_once()


@cache
def _freeze_once() -> None:
    # Remembered here: to ask the collector whether it has frozen anything walks all of it, 40 ms a slot.
    gc.freeze()


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
    beat = Heartbeat(asyncio.get_running_loop())
    beat.start()
    cpu, started = process_time_ns(), monotonic_ns()
    await strategy(app, calls, probe, concurrency)
    ended, spent = monotonic_ns(), process_time_ns() - cpu
    return Timed(started, ended, spent, beat.stop())


def blocking(
    strategy: Callable[..., Any], app: Any, calls: Sequence[Item], probe: Probe, concurrency: int
) -> Timed:
    """Run a plain *strategy* and time it; there is no loop to be late."""
    cpu, started = process_time_ns(), monotonic_ns()
    strategy(app, calls, probe, concurrency)
    return Timed(started, monotonic_ns(), process_time_ns() - cpu)


async def _in_loop(build: Callable[[], Any]) -> Any:
    """Build inside the running loop: an asynchronous client may bind itself to it."""
    return build()


async def close(app: Any, client: Any) -> None:
    """Close the application, where it has something to close of its own, and then the client underneath it."""
    for each in (app,) if app is client else (app, client):
        if hasattr(each, "close"):
            each.close()
        if hasattr(each, "aclose"):
            closing: Coroutine[Any, Any, None] = each.aclose()
            await closing
