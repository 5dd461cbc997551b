"""Finds the cells that an answer speaks of, and the ratio between two of them."""

from harness.stats.compare import ratio
from harness.stats.estimate import Estimate
from harness.stats.summary import CellSummary, Summary


def one(summary: Summary, **fields: object) -> CellSummary | None:
    """Answer the first cell with these fields that has been measured at all."""
    return next((each for each in summary.of(**fields) if each.metrics), None)


def by(summary: Summary, metric: str, **fields: object) -> list[CellSummary]:
    """Answer the cells with these fields that have *metric*, the smallest first."""
    having = [each for each in summary.of(**fields) if metric in each.metrics]
    return sorted(having, key=lambda each: each.metrics[metric].value)


def over(summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str) -> Estimate | None:
    """Answer a / b of *metric*, paired by round; None where either is missing."""
    return ratio(summary.run, a.cell, b.cell, metric) if a and b else None
