"""
Two runs side by side: the cells they share, and how far each metric moved from the first to the second.

The runs were measured at different times, so their rounds are not pairs: a ratio rests on both runs' rounds, each
resampled on its own. Its interval knows how much rounds differ within a run; it cannot know what changed on the
machine in between. A verdict needs both measured in turns, which is what the gate does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import exp, hypot
from typing import Literal

import numpy as np

from overlap.harness.model.record import Cell
from overlap.harness.stats.bootstrap import FEWEST_ROUNDS, standard_error
from overlap.harness.stats.circumstances import Difference, differences
from overlap.harness.stats.columns import OF_SLOTS, MetricColumn, better, table
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import ALPHA, differs
from overlap.harness.stats.robust import batched, centre
from overlap.harness.stats.rounds import rounds_of, sound
from overlap.harness.stats.student import critical
from overlap.harness.store.run_about import CellEntry
from overlap.harness.store.run_files import Run

# So many metrics a comparison's first sentence is about; it may name any of their cells.
LED_BY = 2
CAVEAT = (
    "The runs were measured at different times. The 95 % intervals, for all cells of two metrics at once, "
    "say how rounds differ within a run, not what changed on the machine in between; for a verdict, measure both "
    "in turns with the gate."
)


class Incomparable(Exception):
    """Two runs whose circumstances differ; `reasons` has each difference, the message all as sentences."""

    def __init__(self, reasons: Sequence[Difference]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(map(str, reasons)))


@dataclass(frozen=True, slots=True)
class CellPair:
    """One cell in both runs: each metric's estimates, and their ratio second / first where there is one."""

    cell: Cell
    first: Mapping[str, Estimate]
    second: Mapping[str, Estimate]
    ratios: Mapping[str, Estimate]

    def moved(self, matters: float = 0.03) -> dict[str, Literal["better", "worse", "other"]]:
        """Name the metrics that are shown to differ by more than what *matters*, and which way they went."""
        return {name: _way(name, ratio) for name, ratio in self.ratios.items() if differs(ratio, matters)}


def _way(name: str, ratio: Estimate) -> Literal["better", "worse", "other"]:
    wanted = better(name)
    if wanted == "neither":
        return "other"
    return "better" if (ratio.value > 1) == (wanted == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class RunComparison:
    """
    What two runs have in common, and what not.

    `changed` names cells that both ran, but with another profile, number of calls or tokens, so that they are not
    the same cell; `allowed` has the differing circumstances that were waved through.
    """

    first: Run
    second: Run
    pairs: tuple[CellPair, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    changed: tuple[str, ...]
    allowed: tuple[Difference, ...]


def to_json(comparison: RunComparison) -> dict[str, object]:
    """Lay *found* out as JSON: each pair with both estimates and the ratio of every metric, and what is left."""
    return {
        "first": comparison.first.name,
        "second": comparison.second.name,
        "caveat": CAVEAT,
        "allowed": [str(each) for each in comparison.allowed],
        "only_first": list(comparison.only_first),
        "only_second": list(comparison.only_second),
        "changed": list(comparison.changed),
        "cells": [
            {
                "id": pair.cell.id,
                "metrics": {
                    name: {
                        "first": asdict(pair.first[name]) if name in pair.first else None,
                        "second": asdict(pair.second[name]) if name in pair.second else None,
                        "ratio": asdict(pair.ratios[name]) if name in pair.ratios else None,
                    }
                    for name in {**pair.first, **pair.second}
                },
                "moved": pair.moved(),
            }
            for pair in comparison.pairs
        ],
    }


def lay(first: Run, second: Run, allow: Collection[str] = ()) -> RunComparison:
    """
    Pair the cells of two runs.

    Raises `Incomparable` where circumstances differ that are not named in *allow*: a name of a difference, or
    "packages" for all of them, or "all".
    """
    changes = differences(first.about, second.about)
    refused = [each for each in changes if not {each.name, each.name.split(".")[0], "all"} & set(allow)]
    if refused:
        raise Incomparable(refused)
    ones, others = _cells(first), _cells(second)
    both = [name for name in ones if name in others]
    same = [name for name in both if ones[name] == others[name]]
    return RunComparison(
        first,
        second,
        _pairs(first, second, same),
        tuple(name for name in ones if name not in others),
        tuple(name for name in others if name not in ones),
        tuple(name for name in both if name not in same),
        changes,
    )


def _cells(run: Run) -> dict[str, tuple[object, ...]]:
    """Return each cell's profile, and the calls, tokens and server that run.json has for it, by the cell's id."""
    entries = run.about.cells or ()
    more = entries if len(entries) == len(run.cells) else [CellEntry()] * len(run.cells)
    return {
        cell.id: (cell.profile, entry.calls, entry.tokens, entry.server)
        for cell, entry in zip(run.cells, more, strict=True)
    }


def _pairs(first: Run, second: Run, names: Sequence[str]) -> tuple[CellPair, ...]:
    ones, others = rounds_of(first), rounds_of(second)
    cells = {cell.id: cell for cell in first.cells}
    pairs = []
    for name in names:
        a, b = (table(sound(rounds[name]), OF_SLOTS.values()) for rounds in (ones, others))
        ratios = {metric: between(a[metric], b[metric], LED_BY * len(names)) for metric in a}
        shared = {metric: ratio for metric, ratio in ratios.items() if ratio is not None}
        pairs.append(CellPair(cells[name], _estimates(a), _estimates(b), shared))
    return tuple(pairs)


def _estimates(columns: Mapping[str, MetricColumn]) -> dict[str, Estimate]:
    estimates = {name: column.estimate() for name, column in columns.items()}
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}


def between(first: MetricColumn, second: MetricColumn, among: int = 1) -> Estimate | None:
    """
    Return second / first of one metric, from rounds that are not pairs; None unless all numbers are above zero.

    The ratio of the two centres; its error is both centres' together, with Welch's degrees of freedom, rounded
    down. The interval holds for *among* such ratios at once.
    """
    ones, others = np.array(first.present), np.array(second.present)
    if any(first.at_least) or any(second.at_least):
        return None
    if not ones.size or not others.size or ones.min() <= 0 or others.min() <= 0:
        return None
    a, b = batched(np.log(ones)), batched(np.log(others))
    moved = float(centre(b) - centre(a))
    rounds, count = min(len(ones), len(others)), sum(first.counts) + sum(second.counts)
    if rounds < FEWEST_ROUNDS:
        return Estimate(exp(moved), None, None, count, rounds, "")
    errors = standard_error(a), standard_error(b)
    error = hypot(*errors)
    parts = sum(each**4 / (size - 1) for each, size in zip(errors, (len(a), len(b)), strict=True))
    freedom = max(int(error**4 / parts), min(len(a), len(b)) - 1) if parts else 1
    reach = critical(freedom, 1 - ALPHA / among) * error if parts else 0.0
    return Estimate(exp(moved), exp(moved - reach), exp(moved + reach), count, rounds, "")
