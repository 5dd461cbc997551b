"""
Throughput against concurrency, and the knee of that curve: where more calls in flight stop paying.

A step from c to c' calls in flight has an elasticity, log(throughput ratio) / log(c' / c): 1 where throughput
keeps up, 0 where it stays, below 0 where it falls. The knee is the concurrency from which on every step stays
below one half: twice the calls in flight bring less than 1.41 times the throughput.

Only what is sustained has a knee: of a single wave, calls / total time falls behind even for an ideal client,
whose places stand empty while the longest call runs on, and the more calls the longer that is. So a curve is of
steady throughput, in slots of three waves or more. Cells of one curve make different numbers of calls, hence other
draws of latency, of which the mean of a few may be far off. So both sides of a step are taken over the calls that
both have, whose draws are the same: then an ideal client's throughput goes as the concurrency.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from math import log
from statistics import fmean

from overlap.harness.model.record import Cell
from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.compare import matched
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.rounds import MeasuredRound
from overlap.harness.stats.throughput import WAVES, kept_busy, lives, waves
from overlap.harness.store.run_files import Run
from overlap.harness.text.numerals import number, plainly

HALF = 0.5
# Two points make a line, which has no knee.
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class CurveStep:
    """From one concurrency to the next: the ratio of what is sustained (paired by round) and its elasticity."""

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
    steps: tuple[CurveStep, ...]
    knee: int | None
    certain: bool

    def __str__(self) -> str:
        """Name the knee, or its absence, in a sentence."""
        where = next((step for step in self.steps if step.lower.concurrency == self.knee), self.steps[-1])
        times = where.higher.concurrency / where.lower.concurrency
        brought = f"{plainly(round(times, 2))} times as many bring {number(where.gain.value)} times the throughput"
        if self.knee is None:
            what = f"No knee up to {self.cells[-1].concurrency} in flight: the last step's {brought}"
        else:
            what = f"The knee is at {self.knee} in flight: from there {brought}"
        return f"{what}." if self.certain else f"{what}, though the rounds differ too much to be sure."


def curves(run: Run) -> tuple[Curve, ...]:
    """Return the curves in *run*: three or more cells that differ only in concurrency and sustain a rate."""
    alike: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in run.cells:
        alike[replace(cell, concurrency=0)].append(cell)
    candidates = (_curve(run, sorted(cells, key=lambda cell: cell.concurrency)) for cells in alike.values())
    return tuple(curve for curve in candidates if curve is not None)


def _curve(run: Run, cells: Sequence[Cell]) -> Curve | None:
    # A cell that never ran has no ratio, not even to itself.
    run_cells = [cell for cell in cells if _gain(run, cell, cell)]
    if len(run_cells) < FEWEST_POINTS:
        return None
    steps = []
    for lower, higher in pairwise(run_cells):
        gain = _gain(run, higher, lower)
        if gain is None:
            return None
        steps.append(CurveStep(lower, higher, gain, _elasticity(gain, higher.concurrency / lower.concurrency)))
    knee, decisive = None, steps[-1]
    for step in reversed(steps):
        if step.elasticity.value >= HALF:
            break
        knee, decisive = step.lower.concurrency, step
    return Curve(tuple(run_cells), tuple(steps), knee, _sure(decisive.elasticity, below=knee is not None))


def _gain(run: Run, a: Cell, b: Cell) -> Estimate | None:
    """Return the ratio of what *a* and *b* sustain, from each round that both ran; None where one does not."""
    pairs = list(zip(*matched(run, a, b), strict=True))
    ratios = [ratio for x, y in pairs if (ratio := _of_round(x, y)) is not None]
    # To leave a round out in which one of them sustained nothing would be to choose by outcome.
    return over_rounds(ratios, len(ratios), "") if ratios and len(ratios) == len(pairs) else None


def _of_round(a: MeasuredRound, b: MeasuredRound) -> float | None:
    common = {call.index for call in a.calls} & {call.index for call in b.calls}
    one, other = _sustained(a, common), _sustained(b, common)
    return one / other if one and other else None


def _sustained(each: MeasuredRound, common: set[int]) -> float | None:
    """Return answered calls per ns while all places were taken, had all taken as long as the *common* ones."""
    own, busy = lives(each.calls), kept_busy(each.calls)
    if own is None or busy is None or each.cell.arrivals or waves(each.calls) < WAVES:
        return None
    durations = [end - begin for call, (begin, end) in zip(each.calls, own, strict=True) if call.index in common]
    answered = sum(1 for call in each.calls if not call.error) / len(each.calls)
    return busy * answered / fmean(durations) if durations and any(durations) else None


def _elasticity(gain: Estimate, times: float) -> Estimate:
    value, low, high = (None if each is None else log(each) / log(times) for each in astuple(gain)[:3])
    assert value is not None
    return replace(gain, value=value, low=low, high=high)


def _sure(elasticity: Estimate, *, below: bool) -> bool:
    if elasticity.low is None or elasticity.high is None:
        return False
    return elasticity.high < HALF if below else elasticity.low >= HALF
