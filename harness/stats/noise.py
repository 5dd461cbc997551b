"""How much rounds of one cell differ: the noise that every comparison on this machine has to get past."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

import numpy as np

from harness.stats.columns import numbers
from harness.stats.quantiles import Floats
from harness.stats.rounds import rounds_of, sound
from harness.stats.student import critical
from harness.store import Run

# Fewer rounds have no spread worth the name.
FEWEST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Noise:
    """
    The noise of one metric in one run; everything a share (0.03 is 3 %).

    `cells`: the robust standard deviation between the rounds of each cell, by id. `typical`: their median.
    `rounds`: by how much all cells together were off in each round, by number; there a slow machine shows.
    """

    metric: str
    typical: float
    cells: dict[str, float]
    rounds: dict[int, float]

    def detectable(self, rounds: int) -> float:
        """
        Answer the smallest change that *rounds* rounds (two or more) of two cells would usually tell from none.

        (t + t80) * typical * sqrt(2 / rounds), where t80 = 0.84: found four times in five.
        """
        return (critical(rounds - 1) + 0.8416) * self.typical * float(np.sqrt(2 / rounds))


def noise(run: Run, metric: str = "throughput") -> Noise | None:
    """Work out the noise of *metric* in *run*; None where no cell has three rounds with a number above zero."""
    cells: dict[str, float] = {}
    off: dict[int, list[float]] = defaultdict(list)
    for name, rounds in rounds_of(run).items():
        good = sound(rounds)
        known = {
            each.slot.round: number
            for each, number in zip(good, numbers(metric, good), strict=True)
            if number is not None and number > 0
        }
        if len(known) < FEWEST_ROUNDS:
            continue
        logs = np.log(list(known.values()))
        cells[name] = robust(logs)
        for turn, each in zip(known, logs - np.median(logs), strict=True):
            off[turn].append(float(each))
    if not cells:
        return None
    moods = {turn: float(np.expm1(median(each))) for turn, each in sorted(off.items())}
    return Noise(metric, median(cells.values()), cells, moods)


def robust(values: Floats) -> float:
    """Answer 1.4826 times the median distance from the median: the standard deviation, if it were normal."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
