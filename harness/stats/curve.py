"""
Throughput against concurrency, and the knee of that curve: where more calls in flight stop paying.

A step from c to c' calls in flight has an elasticity, log(throughput ratio) / log(c' / c): 1 where throughput
keeps up, 0 where it stays, below 0 where it falls. The knee is the concurrency from which on every step stays
below one half: twice the calls in flight bring less than 1.41 times the throughput.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from math import log

from harness.record import Cell
from harness.stats.compare import ratio
from harness.stats.estimate import Estimate
from harness.store import Run

HALF = 0.5
# Two points make a line, which has no knee.
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """From one concurrency to the next: the throughput's ratio (paired by round) and its elasticity."""

    lower: Cell
    higher: Cell
    gain: Estimate
    elasticity: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """
    One strategy's cells by rising concurrency, the steps between them, and the knee; None where there is none.

    `certain` says that the interval of the step after the knee lies below one half as a whole (without a knee:
    that the last step's lies above it).
    """

    cells: tuple[Cell, ...]
    steps: tuple[Step, ...]
    knee: int | None
    certain: bool

    def __str__(self) -> str:
        """Name the knee, or its absence, in a sentence."""
        where = next((step for step in self.steps if step.lower.concurrency == self.knee), self.steps[-1])
        times = where.higher.concurrency / where.lower.concurrency
        brought = f"{times:.3g} times as many bring {where.gain.value:.3g} times the throughput"
        if self.knee is None:
            what = f"No knee up to {self.cells[-1].concurrency} in flight: the last step's {brought}"
        else:
            what = f"The knee is at {self.knee} in flight: from there {brought}"
        return f"{what}." if self.certain else f"{what}, though the rounds differ too much to be sure."


def curves(run: Run, metric: str = "throughput") -> tuple[Curve, ...]:
    """Every curve in *run*: cells that differ in nothing but concurrency, three or more with *metric* known."""
    alike: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in run.cells:
        alike[replace(cell, concurrency=0)].append(cell)
    found = (_curve(run, sorted(cells, key=lambda cell: cell.concurrency), metric) for cells in alike.values())
    return tuple(curve for curve in found if curve is not None)


def _curve(run: Run, cells: Sequence[Cell], metric: str) -> Curve | None:
    # A cell that never ran has no ratio, not even to itself.
    kept = [cell for cell in cells if ratio(run, cell, cell, metric)]
    if len(kept) < FEWEST_POINTS:
        return None
    steps = []
    for lower, higher in pairwise(kept):
        gain = ratio(run, higher, lower, metric)
        if gain is None:
            return None
        steps.append(Step(lower, higher, gain, _elasticity(gain, higher.concurrency / lower.concurrency)))
    knee, decisive = None, steps[-1]
    for step in reversed(steps):
        if step.elasticity.value >= HALF:
            break
        knee, decisive = step.lower.concurrency, step
    return Curve(tuple(kept), tuple(steps), knee, _sure(decisive.elasticity, below=knee is not None))


def _elasticity(gain: Estimate, times: float) -> Estimate:
    value, low, high = (None if each is None else log(each) / log(times) for each in astuple(gain)[:3])
    assert value is not None
    return replace(gain, value=value, low=low, high=high)


def _sure(elasticity: Estimate, *, below: bool) -> bool:
    if elasticity.low is None or elasticity.high is None:
        return False
    return elasticity.high < HALF if below else elasticity.low >= HALF
