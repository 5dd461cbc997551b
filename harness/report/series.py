"""Cells that differ in concurrency alone, put in a row, and the lines they make."""

from collections.abc import Iterable, Sequence

from overlap.harness.report.charts.lines import LineSeries
from overlap.harness.report.matrix import say, varied
from overlap.harness.stats.cells import CellSummary

# Lines closer than this would be drawn on top of each other.
ALIKE = 1.04

Series = dict[str, list[CellSummary]]


def series(cells: Sequence[CellSummary], metric: str) -> Series:
    """Put the cells of a scenario that have *metric* in rows by concurrency; a row has two or more."""
    fields = [field for field in varied(cells) if field != "concurrency"] or ["strategy"]
    rows: Series = {}
    for each in sorted(cells, key=lambda each: each.cell.concurrency):
        # A line through a lower bound would pass for one through what was measured.
        if metric in each.metrics and not each.metrics[metric].at_least:
            rows.setdefault(say(each.cell, fields), []).append(each)
    return {label: row for label, row in rows.items() if len(row) > 1}


def lines(rows: Series, metric: str, by: float = 1) -> tuple[LineSeries, ...]:
    """Return one line for all rows that run together, in the unit *by* makes of the stored one."""
    return tuple(
        LineSeries(tuple(labels), tuple(_point(each, metric, by) for each in rows[labels[0]]))
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
