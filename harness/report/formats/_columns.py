"""Columns of a table on a terminal: which there is room for, how wide each is, and what a plot has left."""

from collections.abc import Iterator
from dataclasses import dataclass

from overlap.harness.report.section import Datum, Table
from overlap.harness.text.one_line import one_line

# Widths of a plot that can still be read, and that need not be wider.
NARROWEST, WIDEST = 11, 31
# A column is made no narrower than this.
_LEAST = 8
_GAP = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The columns that are shown, with their widths, and the lines of the plot, its axis first ([] for none).

    `indent` is how far rows are set in; `left_out` counts the columns that are not shown.
    """

    table: Table
    columns: tuple[int, ...]
    texts: tuple[list[str], ...]
    widths: tuple[int, ...]
    plot: tuple[str, ...]
    indent: int

    @property
    def right(self) -> list[bool]:
        """Say of each column, the plot last, whether it ends at its right."""
        return [self.table.columns[i].numeric for i in self.columns] + [False] * bool(self.plot)

    @property
    def left_out(self) -> int:
        """How many columns there was no room for."""
        return len(_shown(self.table)) - len(self.columns)

    @property
    def heading(self) -> list[Datum]:
        """The names of the columns, and the axis."""
        names = [Datum(self.table.columns[i].heading) for i in self.columns]
        return names + [Datum(line) for line in self.plot[:1]]

    def line(self, row: int) -> list[Datum]:
        """Return the entries of a *row*, and its line of the plot."""
        texts = [
            Datum(self.texts[i][row], tone=self.table.rows[row][column].tone)
            for i, column in enumerate(self.columns)
        ]
        return texts + [Datum(line) for line in self.plot[row + 1 : row + 2]]


def laid_out(table: Table, rows: int, width: int) -> Layout:
    """
    Lay out the first *rows* rows in *width* characters.

    Where they do not fit, spare columns go, the last first, then intervals, then the plot; then entries wrap.
    """
    indent = 0 if table.grouped is None else 1
    room = width - indent
    least = NARROWEST + _GAP if table.plot else 0
    for columns, intervals, plotted in _attempts(table):
        texts = [_texts(table, i, rows, intervals=intervals) for i in columns]
        widths = [
            max(width_of(table.columns[i].heading), *map(width_of, column), 0)
            for i, column in zip(columns, texts, strict=True)
        ]
        if sum(widths) + _GAP * len(widths) + (least if plotted else 0) <= room:
            break
    else:
        widths = _narrowed(widths, room)
    left = room - sum(widths) - _GAP * len(widths)
    plot: tuple[str, ...] = ()
    if table.plot and plotted:
        axis, lines = table.plot.drawn(min(left, WIDEST), rows)
        plot = (axis, *lines)
        widths = [*widths, min(left, WIDEST)]
    return Layout(table, tuple(columns), tuple(texts), tuple(widths), plot, indent)


def _shown(table: Table) -> list[int]:
    """Return the columns that stand side by side: all but a group's name and sentences."""
    return [i for i, each in enumerate(table.columns) if not each.prose and i != table.grouped]


def _attempts(table: Table) -> Iterator[tuple[list[int], bool, bool]]:
    """Yield columns, whether intervals stand behind their values, and whether there is a plot: the most first."""
    columns = _shown(table)
    yield columns, True, True
    for spare in [i for i in reversed(columns) if table.columns[i].spare]:
        columns = [i for i in columns if i != spare]
        yield columns, True, True
    yield columns, False, True
    yield columns, False, False


def _narrowed(widths: list[int], room: int) -> list[int]:
    """Take from the widest column until all fit; what does not fit a column goes on in its next line."""
    widths = list(widths)
    while sum(widths) + _GAP * len(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _texts(table: Table, column: int, rows: int, *, intervals: bool) -> list[str]:
    """Return the entries of a column, values and intervals each in line."""
    entries = [row[column] for row in table.rows[:rows]]
    values, behind = [one_line(each.text) for each in entries], [one_line(each.interval) for each in entries]
    if not intervals or not any(behind):
        return values
    value, interval = max(map(width_of, values)), max(map(width_of, behind))
    return [
        " " * (value - width_of(one)) + f"{one} " + (f"({other})" if other else "").ljust(interval + 2)
        for one, other in zip(values, behind, strict=True)
    ]


def width_of(text: str) -> int:
    """Return how many places of a terminal *text* takes: signs of Asia and emoji take two."""
    from rich.cells import cell_len

    return cell_len(text)
