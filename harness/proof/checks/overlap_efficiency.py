"""Overlap efficiency is 100 % for a client that loses nothing, and never above it, whatever a client lets in."""

from collections.abc import Iterator
from heapq import heapify, heapreplace
from random import Random

from overlap.harness.model.metrics import SLOTS
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.proof.row import ProofRow

[OVERLAP] = [metric for metric in SLOTS if metric.name == "overlap"]
TRIALS = 1_000


def rows() -> Iterator[ProofRow]:
    """Yield a row for an ideal client, for clients that ignore the limit, and for an application with a tool."""
    ideal = [_efficiency(_slot([1_000] * 64, places, 0), places) for places in (1, 4, 16, 64)]
    yield ProofRow(
        "overlap efficiency", "64 equal calls, no place ever empty", "100 %", _range(ideal), set(ideal) == {100}
    )
    rng = Random(1)
    efficiencies = []
    for _ in range(TRIALS):
        concurrency, places = rng.choice((1, 4, 16)), rng.choice((1, 4, 16, 64))
        durations = [round(1e8 * rng.lognormvariate(0, 1)) for _ in range(64)]
        efficiencies.append(_efficiency(_slot(durations, places, rng.randrange(10**6)), concurrency))
    yield ProofRow(
        "overlap efficiency",
        f"1 to 64 calls at once where 1 to 16 were asked for; {TRIALS:,} slots",
        "at most 100 %",
        _range(efficiencies),
        max(efficiencies) <= 100,
    )


def _slot(durations: list[int], places: int, lost: int) -> list[Call]:
    """Return calls on so many *places*, each taken again when it is free, with *lost* ns around each request."""
    free = [0] * places
    heapify(free)
    calls = []
    for index, duration in enumerate(durations):
        sent = free[0]
        entry = Served(sent + lost, [duration], [duration], duration)
        calls.append(Call("c", 0, index, sent, sent + duration + 2 * lost, served=(entry,)))
        heapreplace(free, calls[-1].done)
    return calls


def _efficiency(calls: list[Call], concurrency: int) -> float:
    slot = Slot("c", 0, 0, len(calls), 0, max(call.done for call in calls), 0)
    efficiency = OVERLAP.of(Cell("s", "chain", "gather", "asyncio", concurrency), slot, calls)
    assert efficiency is not None
    return efficiency


def _range(values: list[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f} %"
