"""Columns of a table on a terminal: which there is room for, how wide each is, and what a plot has left."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from overlap.harness.report.section import Datum, Table
from overlap.harness.text.one_line import one_line

# Widths of a plot that can still be read, and that need not be wider.
NARROWEST, WIDEST = 11, 31
# A column is made no narrower than this.
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The columns that are shown, with their texts and widths, and the lines of the plot, its axis first.

    `rows` is how many rows are shown, `indent` how far they are set in, `gap` the blanks between two columns.
    """

    table: Table
    rows: int
    columns: tuple[int, ...]
    texts: tuple[list[str], ...]
    widths: tuple[int, ...]
    plot: tuple[str, ...]
    indent: int
    gap: int

    @property
    def right(self) -> list[bool]:
        """Say of each column, the plot last, whether it ends at its right."""
        return [self.table.columns[i].numeric for i in self.columns] + [False] * bool(self.plot)

    @property
    def across(self) -> int:
        """How wide all columns are together."""
        return sum(self.widths) + self.gap * (len(self.widths) - 1)

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
        entries = [self.table.rows[row][i] for i in self.columns]
        cells = [Datum(text[row], tone=each.tone) for text, each in zip(self.texts, entries, strict=True)]
        return cells + [Datum(line) for line in self.plot[row + 1 : row + 2]]


def laid_out(table: Table, rows: int, width: int, *, columns_go: bool) -> Layout:
    """
    Lay out the first *rows* rows in *width* characters.

    Where they do not fit, spare columns go, the last first, then intervals, then the plot. What is still too wide
    loses its last columns if *columns_go*, so that no number is broken, else its entries wrap.
    """
    indent = 0 if table.grouped is None else 1
    # What has much in a row has little room.
    gap = 2 if table.plot is None else 1
    room, least = width - indent, NARROWEST + gap
    for columns, intervals, plotted in _attempts(table, columns_go=columns_go):
        texts = [_texts(table, i, rows, intervals=i in intervals) for i in columns]
        widths = [_width(table, i, column) for i, column in zip(columns, texts, strict=True)]
        if sum(widths) + gap * (len(widths) - 1) + (least if plotted else 0) <= room:
            break
    else:
        widths = _narrowed(widths, room - gap * (len(widths) - 1))
    plot: tuple[str, ...] = ()
    if table.plot and plotted:
        widths.append(min(room - sum(widths) - gap * len(widths), WIDEST))
        axis, lines = table.plot.drawn(widths[-1], rows)
        plot = (axis, *lines)
    return Layout(table, rows, tuple(columns), tuple(texts), tuple(widths), plot, indent, gap)


def _shown(table: Table) -> list[int]:
    """Return the columns that stand side by side: all but a group's name and sentences."""
    return [i for i, each in enumerate(table.columns) if not each.prose and i != table.grouped]


def _attempts(table: Table, *, columns_go: bool) -> Iterator[tuple[list[int], Collection[int], bool]]:
    """Yield columns, those whose intervals are shown, and whether there is a plot: the most first."""
    columns, plot = _shown(table), table.plot is not None
    bearing = [i for i in columns if any(row[i].interval for row in table.rows)]
    yield columns, bearing, plot
    yield columns, bearing[:1], plot
    for spare in [i for i in reversed(columns) if table.columns[i].spare]:
        columns = [i for i in columns if i != spare]
        yield columns, bearing[:1], plot
    yield columns, (), plot
    yield columns, (), False
    while columns_go and len(columns) > 1:
        columns = columns[:-1]
        yield columns, (), False


def _width(table: Table, column: int, texts: Sequence[str]) -> int:
    """Return how wide a column is when its heading may wrap and its entries may not."""
    return max(map(width_of, (*texts, *table.columns[column].heading.split(), "")))


def _narrowed(widths: list[int], room: int) -> list[int]:
    """Take from the widest column until all fit; what does not fit a column goes on in its next line."""
    widths = list(widths)
    while sum(widths) > room and max(widths) > _LEAST:
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
