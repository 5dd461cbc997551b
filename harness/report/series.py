"""Cells that differ in concurrency alone, put in a row: their lines, and where throughput stops keeping up."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from harness.report.charts.lines import Line
from harness.report.matrix import say, varied
from harness.stats.compare import ratio
from harness.stats.summary import CellSummary
from harness.store import Run

# A step in which throughput grew by less than this share of the concurrency's growth is a knee: a fifth lost is
# more than ramp and tail of a slot cost.
STRAIGHT = 0.8
# Lines closer than this would be drawn on top of each other.
ALIKE = 1.04

Series = dict[str, list[CellSummary]]


def series(cells: Sequence[CellSummary], metric: str) -> Series:
    """Put the cells of a scenario that have *metric* in rows by concurrency; a row has two or more."""
    fields = [field for field in varied(cells) if field != "concurrency"] or ["strategy"]
    rows: Series = {}
    for each in sorted(cells, key=lambda each: each.cell.concurrency):
        if metric in each.metrics:
            rows.setdefault(say(each.cell, fields), []).append(each)
    return {label: row for label, row in rows.items() if len(row) > 1}


def lines(rows: Series, metric: str, by: float = 1) -> tuple[Line, ...]:
    """Answer one line for all rows that run together, in the unit *by* makes of the stored one."""
    return tuple(
        Line(tuple(labels), tuple(_point(each, metric, by) for each in rows[labels[0]]))
        for labels in _together(rows, metric)
    )


def _point(each: CellSummary, metric: str, by: float) -> tuple[float, float, float | None, float | None]:
    at = each.metrics[metric].scaled(1 / by, "")
    return each.cell.concurrency, at.value, at.low, at.high


def _together(rows: Series, metric: str) -> list[list[str]]:
    groups: list[list[str]] = []
    for label, row in rows.items():
        near = (group for group in groups if _alike(row, rows[group[0]], metric))
        if group := next(near, None):
            group.append(label)
        else:
            groups.append([label])
    return groups


def _alike(row: Iterable[CellSummary], other: Iterable[CellSummary], metric: str) -> bool:
    one, two = ({each.cell.concurrency: each.metrics[metric].value for each in line} for line in (row, other))
    return one.keys() == two.keys() and all(1 / ALIKE < one[at] / two[at] < ALIKE for at in one if two[at])


def knee(run: Run, row: Sequence[CellSummary]) -> str:
    """
    Say after which concurrency throughput stopped growing with it, by the first step that fell short.

    "perhaps" where the interval of that step does not exclude that it kept up.
    """
    for low, high in pairwise(row):
        growth = ratio(run, high.cell, low.cell, "throughput")
        kept = STRAIGHT * high.cell.concurrency / low.cell.concurrency
        if growth is not None and growth.value < kept:
            sure = growth.high is not None and growth.high < kept
            return f"after {low.cell.concurrency}" if sure else f"perhaps after {low.cell.concurrency}"
    return f"none up to {row[-1].cell.concurrency}"
