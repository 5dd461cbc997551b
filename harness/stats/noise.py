"""How much rounds of one cell differ: the noise that every comparison on this machine has to get past."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import median

import numpy as np

from overlap.harness.stats import power
from overlap.harness.stats.columns import numbers
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.ranking import fitted
from overlap.harness.stats.rounds import rounds_of, sound
from overlap.harness.store.run_files import Run

# Fewer rounds have no spread worth the name.
FEWEST_ROUNDS = 3

# The logs of a cell's figure, by round.
Logs = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Noise:
    """
    The noise of one metric in one run; everything a share (0.03 is 3 %).

    `cells`: the standard deviation between the rounds of each cell, by id. `typical`: all of them pooled. What a
    round did to all cells that met the same latencies is no part of either, since comparisons are made within a
    round. `rounds`: by how much the median cell was off its own median round, by number of the round; there a slow
    machine shows. `counts`: how many cells have how many rounds.
    """

    metric: str
    typical: float
    cells: dict[str, float]
    rounds: dict[int, float]
    counts: dict[int, int]

    def detectable(self, rounds: int) -> float:
        """Return the smallest change that *rounds* rounds of two cells show four times in five."""
        return power.detectable(self.typical, rounds)


def noise(run: Run, metric: str = "throughput") -> Noise | None:
    """Work out the noise of *metric* in *run*; None where no cell has three rounds with a number above zero."""
    panels = _panels(run, metric)
    every = [logs for panel in panels for logs in panel.values()]
    if not every:
        return None
    # What is left of a cell that nothing stands beside has the mood of its rounds and its draws in it.
    several = [panel for panel in panels if len(panel) > 1]
    cells: dict[str, float] = {}
    squares, freedom = 0.0, 0
    for panel in several or panels:
        left, free = _left(panel)
        squares, freedom = squares + sum(float(row @ row) for row in left.values()), freedom + free
        total = sum(len(row) for row in left.values())
        cells |= {name: sqrt(float(row @ row) * total / (len(row) * free)) for name, row in left.items() if free}
    if not freedom:
        return None
    typical = sqrt(squares / freedom)
    return Noise(metric, typical, cells, _moods(every), dict(Counter(len(logs) for logs in every)))


def _panels(run: Run, metric: str) -> list[dict[str, Logs]]:
    """Return the logs of *metric* of the cells that met the same latencies, by id, one dict for each such set."""
    panels: dict[tuple[str, int, str], dict[str, Logs]] = defaultdict(dict)
    for name, rounds in rounds_of(run).items():
        good = sound(rounds)
        logs = {
            each.slot.round: float(np.log(number))
            for each, number in zip(good, numbers(metric, good), strict=True)
            if number is not None and number > 0
        }
        if len(logs) >= FEWEST_ROUNDS:
            cell = good[0].cell
            panels[cell.scenario, cell.concurrency, cell.profile][name] = logs
    return list(panels.values())


def _left(panel: Mapping[str, Logs]) -> tuple[dict[str, Floats], int]:
    """Return what is left of each cell's logs once cells and rounds are taken out, and the degrees of freedom."""
    turns = sorted({turn for logs in panel.values() for turn in logs})
    table = np.array([[logs.get(turn, np.nan) for turn in turns] for logs in panel.values()])
    if len(panel) == 1:
        return {name: row - row.mean() for name, row in zip(panel, table, strict=True)}, table.size - 1
    left, freedom = fitted(table)
    return {name: row[~np.isnan(row)] for name, row in zip(panel, left, strict=True)}, freedom


def _moods(every: list[Logs]) -> dict[int, float]:
    """Return by how much the middle cell was off in each round, as a share."""
    off: dict[int, list[float]] = defaultdict(list)
    for logs in every:
        usual = median(logs.values())
        for turn, value in logs.items():
            off[turn].append(value - usual)
    return {turn: float(np.expm1(median(each))) for turn, each in sorted(off.items())}
