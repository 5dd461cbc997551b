"""The rows of series as they stand in columns: words per column, and which columns there is room for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from overlap.harness.gate.plot import Axis, axis, line
from overlap.harness.gate.record import Judged, Outcome
from overlap.harness.gate.view import Line, word

# Widths of a plot that can still be read, and that need not be wider.
NARROWEST, WIDEST = 11, 31


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it says of a series, and whether it ends at its right."""

    heading: str
    says: Callable[[Line], str]
    right: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("", lambda each: each.metric),
    Column("verdict", lambda each: word(each.judged.verdict)),
    Column("from → to", lambda each: each.values, right=True),
    Column("change", lambda each: each.change, right=True),
    Column("interval", lambda each: each.span),
    Column("rounds", lambda each: each.rounds, right=True),
    Column("MDE", lambda each: each.mde, right=True),
)
# What a narrow place does without, the first of these first.
DISPENSABLE = ("MDE", "rounds", "from → to", "interval")


def fitting(lines: Sequence[Line], width: int, gap: int) -> list[Column]:
    """Answer the columns that leave room for a plot in *width* characters, *gap* between two columns."""
    columns = list(COLUMNS)
    for name in DISPENSABLE:
        if taken(columns, lines, gap) + NARROWEST <= width:
            break
        columns = [column for column in columns if column.heading != name]
    return columns


def taken(columns: Sequence[Column], lines: Sequence[Line], gap: int) -> int:
    """Answer how many characters the columns take, a gap behind each."""
    return sum(wide(column, lines) + gap for column in columns)


def wide(column: Column, lines: Sequence[Line]) -> int:
    """Answer the width of a column."""
    return max(len(column.heading), *(len(column.says(each)) for each in lines)) if lines else len(column.heading)


def axis_of(outcome: Outcome, judged: Sequence[Judged], room: int) -> Axis:
    """Choose the axis that the lines of an outcome share; it holds the slowdown that a pass excludes."""
    return axis(judged, min(max(room, NARROWEST), WIDEST), (1 + outcome.run.rule.pass_bound,))


def drawn(each: Line, on: Axis, bound: float) -> str:
    """Draw a timed series, with the slowdown that its pass excludes (*bound* unless it has its own) marked."""
    series = each.judged.series
    if series.kind != "timed":
        return " " * on.width  # a count has no interval
    limit = 1 + (bound if series.bound is None else series.bound)
    marks = {"lower": (limit,), "higher": (1 / limit,)}.get(series.better, (1 / limit, limit))
    return line(each.judged, replace(on, marks=marks))
