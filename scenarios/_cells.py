"""Finds the cells that an answer speaks of, the ratio and the difference between two, and their words."""

from dataclasses import replace

from harness.report.figures import told
from harness.stats.cells import CellSummary, Summary
from harness.stats.estimate import Estimate, differs


def one(summary: Summary, **fields: object) -> CellSummary | None:
    """Answer the first cell with these fields that has been measured at all."""
    return next((each for each in summary.of(**fields) if each.metrics), None)


def by(summary: Summary, metric: str, **fields: object) -> list[CellSummary]:
    """Answer the cells with these fields that have *metric*, the smallest first."""
    having = [each for each in summary.of(**fields) if metric in each.metrics]
    return sorted(having, key=lambda each: each.metrics[metric].value)


def variants(summary: Summary, **fields: object) -> dict[str, CellSummary]:
    """Answer the measured cells with these fields by their variant, in the order of the plan."""
    found: dict[str, CellSummary] = {}
    for each in summary.of(**fields):
        if each.metrics:
            found.setdefault(each.cell.variant, each)
    return found


def over(summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str) -> Estimate | None:
    """Answer a / b of *metric*, paired by round; None where either is missing."""
    from harness.stats.compare import ratio  # with numpy, which the workers of a round do without

    return ratio(summary.run, a.cell, b.cell, metric) if a and b else None


def apart(summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str) -> Estimate | None:
    """Answer a - b of *metric*, paired by round; None where either is missing."""
    from harness.stats.compare import difference

    return difference(summary.run, a.cell, b.cell, metric) if a and b else None


def verdict(factor: Estimate, more: str, less: str, otherwise: str = "It makes no difference here") -> str:
    """Choose words by a ratio: *more* or *less* where it is a difference, else *otherwise*."""
    if not differs(factor):
        return otherwise
    return more if factor.value > 1 else less


def has(cell: CellSummary | None, metric: str) -> str:
    """Write *metric* of *cell* in a sentence, or that it is not known."""
    return told(cell.metrics[metric]) if cell and metric in cell.metrics else "an unknown time"


def about(cell: CellSummary | None, metric: str) -> str:
    """Write *metric* of *cell* without its interval, for a list of many; the tables below an answer have it."""
    if not cell or metric not in cell.metrics:
        return "an unknown time"
    return told(replace(cell.metrics[metric], low=None, high=None))


def whole(cell: CellSummary | None, metric: str) -> str:
    """Write *metric* of *cell*, a count, without interval or needless digits."""
    return f"{cell.metrics[metric].value:.3g}" if cell and metric in cell.metrics else "unknown"
