"""What the Noise section says can be told apart is told apart four times in five."""

from collections.abc import Iterator
from math import log1p
from pathlib import Path

import numpy as np

from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.noise import Noise, noise
from overlap.harness.stats.ranking import rank
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run

RUNS, TRIALS = 6, 500
CELLS = [Cell("proof", "none", f"s{place}", "asyncio", 1) for place in range(12)]


def rows() -> Iterator[ProofRow]:
    """Yield a row for each noise and number of rounds: what the section says of made-up runs of twelve cells."""
    rng = np.random.default_rng(8)
    for scatter in (0.02, 0.04):
        for rounds in (3, 5, 8):
            detected = sum(_shown(rng, _noise(rng, scatter, rounds), scatter, rounds) for _ in range(RUNS))
            planted = f"12 cells, {rounds} rounds, noise {scatter:.0%}; {RUNS} runs"
            figure = "the change that rounds tell from none is shown"
            yield share_within(figure, planted, detected, RUNS * TRIALS, (0.75, 0.85))


def _noise(rng: np.random.Generator, scatter: float, rounds: int) -> Noise:
    """Return what the section is made of, for a made-up run."""
    slots, calls = [], []
    for turn in range(rounds):
        mood = rng.normal(0, 0.1)
        for cell in CELLS:
            duration = round(1e8 * np.exp(rng.normal(0, scatter) + mood))
            slots.append(Slot(cell.id, turn, 0, 1, 0, duration, duration))
            calls.append(Call(cell.id, turn, 0, 0, duration))
    measured = noise(Run(Path("proof"), RunAbout(), tuple(CELLS), tuple(slots), tuple(calls)), "makespan")
    assert measured is not None
    return measured


def _shown(rng: np.random.Generator, measured: Noise, scatter: float, rounds: int) -> int:
    """Count how often a row is named that takes longer by just what *measured* says can be told."""
    detected = 0
    for _ in range(TRIALS):
        logs = rng.normal(0, scatter, (2, rounds))
        logs[1] += log1p(measured.detectable(rounds))
        ranking = rank({place: dict(enumerate(row)) for place, row in enumerate(np.exp(logs).tolist())})
        assert ranking is not None
        detected += 1 in ranking.worse
    return detected
