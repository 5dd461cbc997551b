"""Runs in memory, made by one rule: how long call i of round r takes in a cell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.store.run_about import about_from
from overlap.harness.store.run_files import Run

MS = 1_000_000
Took = Callable[[Cell, int, int], float] | float
MakeRun = Callable[..., Run]


def call(cell: Cell, turn: int, index: int, sent: int, took: float) -> Call:
    """A call of *took* ms, of which the server had planned all but 2: one there, one on the way back."""
    long = round(took * MS)
    planned = max(0, long - 2 * MS)
    entry = Served(sent + MS, [planned], [planned], planned + 1000, tokens=1)
    return Call(cell.id, turn, index, sent, sent + long, served=(entry,))


def slot_of(cell: Cell, turn: int, took: Took, calls: int, failing: Sequence[int] = ()) -> tuple[Slot, list[Call]]:
    """A slot whose calls fill the cell's places one after another, with nothing between them."""
    places = [10**12] * cell.concurrency
    made = []
    for index in range(calls):
        at = places.index(min(places))
        one = call(
            cell, turn, index, places[at], took if isinstance(took, int | float) else took(cell, turn, index)
        )
        places[at] = one.done
        made.append(replace(one, error="RateLimitError: 429") if index in failing else one)
    ended = max(places)
    cpu = (ended - 10**12) // 2
    peak = min(cell.concurrency, calls)
    return Slot(cell.id, turn, 0, calls, 10**12, ended, cpu, None, peak, peak, calls, 0, 0, 0.0), made


@pytest.fixture
def make_run() -> MakeRun:
    """A function that makes a run: cells, ms a call takes, rounds, calls a slot, what else is on file."""

    def make(
        cells: Sequence[Cell],
        took: Took,
        rounds: int = 5,
        calls: int = 40,
        failing: Sequence[int] = (),
        **about: Any,
    ) -> Run:
        slots, every = [], []
        for turn in range(rounds):
            for cell in cells:
                slot, made = slot_of(cell, turn, took, calls, failing)
                slots.append(slot)
                every += made
        return Run(Path("made-up"), about_from(about)[0], tuple(cells), tuple(slots), tuple(every))

    return make


@pytest.fixture
def pair() -> tuple[Cell, Cell]:
    """Two cells that differ in their loop only."""
    return Cell("s", "httpx", "gather", "asyncio", 4), Cell("s", "httpx", "gather", "uvloop", 4)
