"""Finds the cells that an answer speaks of, the ratio and the difference between two, and their words."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from harness.report.figures import number, told
from harness.stats.cells import CellSummary, Summary
from harness.stats.estimate import Estimate

if TYPE_CHECKING:
    from harness.stats.ranking import Ranking

Key = TypeVar("Key", bound=Hashable)
Two = tuple[CellSummary | None, CellSummary | None]


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
    """Return a / b of *metric*, paired by round; None where either is missing."""
    return overs(summary, {"": (a, b)}, metric).get("")


def overs(summary: Summary, wanted: Mapping[Key, Two], metric: str) -> dict[Key, Estimate]:
    """
    Return a / b of *metric* for each wanted (a, b), with 95 % intervals that hold for all of them at once.

    An answer that makes several comparisons asks for them together, or one of them is off by chance too often. A
    ratio of which a side is missing is left out.
    """
    from harness.stats.standing import ratios  # with numpy, which the workers of a round do without

    pairs = {key: (a.cell, b.cell, metric) for key, (a, b) in wanted.items() if a and b}
    return ratios(summary.run, pairs)


def standings(summary: Summary, cells: list[CellSummary], metric: str) -> "Ranking[str] | None":
    """Rank *cells* by *metric*, smallest first, by their ids; None where none can be ranked."""
    from harness.stats.standing import ranked

    return ranked(summary.run, [each.cell for each in cells], metric)


def apart(summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str) -> Estimate | None:
    """Answer a - b of *metric*, paired by round; None where either is missing."""
    from harness.stats.compare import difference

    return difference(summary.run, a.cell, b.cell, metric) if a and b else None


def verdict(factor: Estimate, more: str, less: str) -> str:
    """Choose words by what a ratio shows: *more*, *less*, that both are the same, or that nothing is shown."""
    from harness.stats.ranking import MATTERS
    from harness.stats.ranking import verdict as shown

    words = {"higher": more, "lower": less, "equal": f"No difference of {MATTERS * 100:.0f} % or more here"}
    return words.get(shown(factor), "Not shown here")


def versus(factor: Estimate, words: str, sides: str) -> str:
    """
    Write what a ratio shows: *words*, with the factor in place of their braces, only where it is a difference.

    Else that the two *sides*, "abatch and gather", are not told apart, and how far apart they may still be.
    """
    from harness.report.standings import compared

    return compared(factor, words, words, sides)


def change(factor: Estimate) -> str:
    """
    Write a ratio as a change, "-8.1 % (-9.0 to -7.2)", or that none is shown and how large one may still be.

    >>> change(Estimate(0.919, 0.91, 0.928, 5, 5, ""))
    '-8.1 % (-9.0 to -7.2)'
    """
    from harness.stats.ranking import differs, possible
    from harness.stats.ranking import verdict as shown

    if factor.low is None or factor.high is None:
        return "not shown in so few rounds"
    if differs(factor):
        ends = f"{(factor.low - 1) * 100:+.1f} to {(factor.high - 1) * 100:+.1f}"
        return f"{(factor.value - 1) * 100:+.1f} % ({ends})"
    none = "less than 3 % apart" if shown(factor) == "equal" else "no difference shown"
    return f"{none}, up to {number(possible(factor) * 100)} % is possible"


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
