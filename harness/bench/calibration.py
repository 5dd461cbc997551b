"""
Measures the smallest differences that this machine and harness can show, by a floor client and a known schedule.

    idle loop ── clock, sleeps, heartbeats          floor client ── slots of scenarios/_calibration.py

The slots are run, joined and counted by the same code as all others; their calls are balanced separately.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from time import monotonic

import msgspec

from overlap.harness import registry
from overlap.harness.bench.rounds import measured, order_of
from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig
from overlap.harness.model.metrics import CALLS, SLOTS
from overlap.harness.model.plan import SCENARIOS, Planned, expand
from overlap.harness.model.record import Call, Slot
from overlap.harness.store.books import Balance
from overlap.harness.store.run_about import Calibration, FloorRounds, IdleLoop
from overlap.harness.store.typed import typed

SCENARIO = "overlap.scenarios._calibration"
# Seconds that each loop is watched doing nothing.
IDLE = 0.3
OF_CALLS = ("ttft_error", "overhead", "lateness")
OF_SLOTS = ("overlap", "throughput", "cpu_share", "loop_lag.p99")


def calibrate(config: RunConfig, loops: Sequence[str]) -> Calibration:
    """
    Calibrate these *loops*.

    Return what run.json keeps under `calibration`, with `fault` if it could not be measured.

    It uses our mock even if the run is for another server, because only the mock's schedule is known.
    """
    began = monotonic()
    ours = replace(config, server=None, base_url=None, api_key_env=None)
    with Servers(ours) as servers, Launch(servers.worker_core, config.seed) as launch:
        try:
            result = _measure(ours, loops, servers, launch)
        except (WorkerFailure, ServerLost, ServerNotReady) as wrong:
            result = Calibration(fault=str(wrong))
    return msgspec.structs.replace(result, seconds=round(monotonic() - began, 2))


def _measure(config: RunConfig, loops: Sequence[str], servers: Servers, launch: Launch) -> Calibration:
    books, planned = Balance(), list(cells(loops, config.calibrate))
    rounds: dict[str, list[Mapping[str, float | None]]] = {each.cell.id: [] for each in planned}
    addresses = {each.cell.id: servers.of(each).base_url for each in planned}
    idle = [
        launch.ask({"timers": {"loop": loop, "seconds": IDLE}}, config.slot_timeout)["timers"] for loop in loops
    ]
    # Each round runs every concurrency once, so that a disturbance hits all of them.
    for number in range(config.calibrate):
        for position, each in enumerate(planned):
            order = order_of(config, each, number, addresses[each.cell.id])
            slot, calls = measured(launch, order, position, config.slot_timeout)
            books.add(order.total_calls, calls, slot.unjoined or 0, slot.dropped or 0)
            rounds[each.cell.id].append(_round(each, slot, [call for call in calls if not call.warmup]))
    return Calibration(
        timers=tuple(typed(each, IdleLoop) for each in idle),
        floor=tuple(_floor(each, rounds[each.cell.id]) for each in planned),
        balance=books.on_file(),
    )


def cells(loops: Sequence[str], rounds: int) -> Iterator[Planned]:
    """Yield the cells of a calibration on *loops*."""
    for plan in registry.load(SCENARIOS, SCENARIO).PLAN:
        methods = {(client, ""): ("astream",) for client in plan.clients}
        yield from expand(SCENARIO, replace(plan, loops=tuple(loops)), methods, rounds)


def _floor(planned: Planned, rounds: Sequence[Mapping[str, float | None]]) -> FloorRounds:
    cell = planned.cell
    return FloorRounds(
        client=cell.client,
        loop=cell.loop,
        concurrency=cell.concurrency,
        profile=cell.profile,
        tokens=planned.tokens,
        calls=planned.calls,
        rounds=tuple(rounds),
    )


def _round(planned: Planned, slot: Slot, calls: Sequence[Call]) -> dict[str, float | None]:
    """Return the figures of one round: medians over its calls, and the slot's own; None for unknown ones."""
    figures: dict[str, float | None] = {}
    for of_calls in CALLS:
        if of_calls.name in OF_CALLS:
            values = [value for call in calls for value in of_calls.of(call)]
            figures[f"{of_calls.name}.p50"] = median(values) if values else None
    for of_slots in SLOTS:
        if of_slots.name in OF_SLOTS:
            figures[of_slots.name] = of_slots.of(planned.cell, slot, calls)
    return figures
