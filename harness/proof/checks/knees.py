"""A knee is where a client has one: an ideal client has none, and one wave of calls shows none."""

from collections.abc import Callable, Iterator
from heapq import heapify, heapreplace
from pathlib import Path
from random import Random

from overlap.harness.model.metrics import SLOTS
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.curve import curves
from overlap.harness.stats.throughput import STEADY
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run

AT = (1, 16, 64)
RUNS, ROUNDS = 40, 3
MEAN = 100_000_000
[PLAIN] = [metric for metric in SLOTS if metric.name == "throughput"]
Slow = Callable[[int], float]


def rows() -> Iterator[ProofRow]:
    """Yield rows for ideal clients with ever longer tails, for clients with a limit, and for single waves."""
    for spread in (0.4, 1.0, 1.4):
        knees = [_knee(_run(seed, spread, lambda _c: 1.0, waves=3)) for seed in range(RUNS)]
        planted = f"ideal client, lognormal sigma {spread:g}, 3 waves at {', '.join(map(str, AT))} at once"
        there = sum(knee is not None for knee in knees)
        yield share_within("a knee of calls in flight", planted, there, RUNS, (0, 0.02))
    knees = [_knee(_run(seed, 1.0, lambda c: max(1.0, c / 16), waves=3)) for seed in range(RUNS)]
    planted = "client with room for 16 at once, lognormal sigma 1, 3 waves"
    yield share_within("a knee at 16", planted, knees.count(16), RUNS, (0.95, 1))
    waves = [curves(_run(seed, 1.0, lambda _c: 1.0, waves=1)) for seed in range(RUNS)]
    yield share_within("a knee or its absence", "ideal client, one wave", sum(map(bool, waves)), RUNS, (0, 0))
    yield _steady()


def _steady() -> ProofRow:
    """Compare both rates of an ideal client with what it sustains: 64 places over the mean of its latency."""
    slots = [_slot(Cell("s", "chain", "gather", "asyncio", 64), 0, seed, 0.4, 1.0, 640) for seed in range(100)]
    truth = 64 / MEAN * 1e9
    steady, plain = (
        sum(metric.of(Cell("s", "c", "g", "a", 64), slot, calls) or 0 for slot, calls in slots) / len(slots)
        for metric in (STEADY, PLAIN)
    )
    return ProofRow(
        "steady throughput",
        f"64 places, calls of 100 ms on average, sigma 0.4: {truth:.0f}/s is sustained; 100 slots of 640 calls",
        "within 2 %",
        f"{steady:.0f}/s (calls / total time: {plain:.0f}/s)",
        abs(steady / truth - 1) <= 0.02,
    )


def _knee(run: Run) -> int | None:
    [curve] = curves(run)
    return curve.knee


def _run(seed: int, spread: float, slow: Slow, waves: int) -> Run:
    cells = [Cell("s", "chain", "gather", "asyncio", each) for each in AT]
    every = []
    for turn in range(ROUNDS):
        for cell in cells:
            calls = max(12, waves * cell.concurrency) if waves > 1 else cell.concurrency
            every.append(_slot(cell, turn, seed, spread, slow(cell.concurrency), calls))
    slots, calls_of = tuple(slot for slot, _ in every), tuple(call for _, own in every for call in own)
    return Run(Path("proof"), RunAbout(), tuple(cells), slots, calls_of)


def _slot(  # noqa: PLR0913, PLR0917  what a slot follows from
    cell: Cell, turn: int, seed: int, spread: float, slow: float, calls: int
) -> tuple[Slot, list[Call]]:
    """Return a slot of an ideal client, whose calls a limit may make *slow*; a call has one draw in all cells."""
    free = [0] * cell.concurrency
    heapify(free)
    recorded = []
    for index in range(calls):
        duration = round(MEAN * slow * Random(f"{seed} {turn} {index}").lognormvariate(-(spread**2) / 2, spread))
        sent = free[0]
        recorded.append(
            Call(
                cell.id,
                turn,
                index,
                sent,
                sent + duration,
                served=(Served(sent, [duration], [duration], duration),),
            )
        )
        heapreplace(free, sent + duration)
    return Slot(cell.id, turn, 0, calls, 0, max(free), 0), recorded
