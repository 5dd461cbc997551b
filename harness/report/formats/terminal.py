"""The terminal, a hundred columns wide: every answer, and the tables that are made for a glance."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from overlap.harness.report.figures import count, listed
from overlap.harness.report.formats._columns import Layout, laid_out
from overlap.harness.report.section import Datum, Report, Section, Table
from overlap.harness.report.verdict import SIGNS
from overlap.harness.text.one_line import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

FILE = "report.txt"
DEFAULT = False
# Whether it shows charts, which cost time to draw.
DRAWS = False
JUDGED = False
WIDTH = 100
# A longer table is a report's business; of one with the worst on top the first rows are worth more room.
MOST, MOST_WORST = 16, 60
# Sentences of a kind at most.
MOST_ITEMS = 10
# Longer entries are prose, which wraps.
LONG = 36
# How far sentences are set in below their heading, and below their row.
_ITEM, _PROSE = 2, 3
# What stands for signs of ours where a console has ASCII only.
ASCII = str.maketrans("●─├┤│┊◂▸→…\N{EN DASH}µ·", "o-[]|:<>>.-u*")


def render(report: Report) -> bytes:
    """Return what `show` shows, as plain text."""
    from rich.console import Console

    out = StringIO()
    # Left to itself, rich shows in a notebook what it is asked to write.
    show(report, Console(file=out, width=WIDTH, no_color=True, highlight=False, force_jupyter=False))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines()).encode()


def show(report: Report, console: "Console") -> None:
    """Write *report* to *console*, no wider than `WIDTH`, in ASCII where the console has nothing else."""
    _Paper(report, console).show()


@dataclass(frozen=True, slots=True)
class _Paper:
    """One report on its way to one console."""

    report: Report
    console: "Console"

    @property
    def _width(self) -> int:
        return min(WIDTH, self.console.width)

    def show(self) -> None:
        """Write all of it."""
        self._headline()
        if self.report.facts:
            self._say(" · ".join(self.report.facts), "dim")
        for section in self.report.sections:
            if section.glance != "nothing":
                self._section(section)

    def _headline(self) -> None:
        from rich.text import Text

        verdict = self.report.verdict
        if verdict is None:
            self._say(self.report.title, "bold")
            return
        style = SIGNS[verdict.tone].style
        opening = [(f"{verdict.opening.upper()}  ", style)] if verdict.opening else []
        answer = self._text(verdict.answer, "bold" if opening else style)
        self.console.print(Text.assemble(*opening, answer), width=self._width)

    def _text(self, words: str, style: str = "", *, blanks: bool = False) -> "Text":
        """Make words from a run fit to be printed: no markup of rich's, no command to the terminal."""
        from rich.text import Text

        line = words if blanks else one_line(words)
        unicode = self.console.encoding.lower().startswith("utf")
        return Text(line if unicode else line.translate(ASCII), style=style, overflow="fold")

    def _say(self, words: str, style: str = "", indent: int = 0) -> None:
        from rich.padding import Padding

        self.console.print(Padding(self._text(words, style), (0, 0, 0, indent), expand=False), width=self._width)

    def _section(self, section: Section) -> None:
        self.console.print()
        self._say(section.title, "bold")
        self._say(section.lead)
        if section.glance != "whole":
            return
        for item in section.items[:MOST_ITEMS]:
            self._say(item, indent=_ITEM)
        if len(section.items) > MOST_ITEMS:
            self._say(f"({len(section.items) - MOST_ITEMS:,} more {self.report.whole})", "dim", _ITEM)
        if section.table:
            self._table(section.table)
        if self.report.verdict and section.note:
            self._say(section.note, "dim")
        for part in section.parts:
            if part.glance != "nothing":
                self._section(part)

    def _table(self, table: Table) -> None:
        figures = any(column.numeric for column in table.columns)
        prose = any(len(datum.text) > LONG and " " in datum.text for row in table.rows for datum in row)
        parted = table.grouped is not None or any(column.prose for column in table.columns)
        columns_go = figures and not prose and not parted
        if columns_go and len(table.rows) > MOST:
            self._say(f"({count(len(table.rows), 'row')}: {self.report.whole})", "dim")
        else:
            most = MOST_WORST if table.worst_first else MOST
            self._rows(
                table, laid_out(table, min(len(table.rows), most), self._width, columns_go=columns_go), parted
            )
        if table.note:
            self._say(table.note, "dim")

    def _rows(self, table: Table, layout: Layout, parted: bool) -> None:  # noqa: FBT001  what there is between two rows
        """Show a table, all columns in line; groups and sentences part its rows, without them a rule its head."""
        head = self._lines(layout, [layout.heading], head=True)
        self.console.print(head, width=self._width)
        if not parted:
            self._say("─" * layout.across, "dim")
        for group, rows in _groups(table, layout.rows):
            if table.grouped is not None:
                self._say(group, "bold")
            for row in rows:
                self.console.print(self._lines(layout, [layout.line(row)]), width=self._width)
                for column, datum in zip(table.columns, table.rows[row], strict=True):
                    if column.prose and datum.text and not datum.minor:
                        self._say(datum.text, "dim", _PROSE)
        left = [(len(table.rows) - layout.rows, "row"), (layout.left_out, "column")]
        if more := " and ".join(count(n, f"more {noun}") for n, noun in left if n):
            kinds = f": {listed(table.kinds(layout.rows))}" if table.kinds(layout.rows) else ""
            self._say(f"({more} {self.report.whole}{kinds})", "dim")
        if table.plot and layout.plot:
            self._say(table.plot.note, "dim")

    def _lines(self, layout: Layout, rows: list[list[Datum]], *, head: bool = False) -> "Padding":
        """Make the lines of some rows, in columns of the layout's widths; what is wider goes on below."""
        from rich.padding import Padding
        from rich.table import Table as RichTable

        grid = RichTable.grid(padding=(0, layout.gap, 0, 0))
        for width, right in zip(layout.widths, layout.right, strict=True):
            grid.add_column(
                min_width=width,
                max_width=width,
                justify="right" if right else "left",
                vertical="bottom" if head else "top",
                overflow="fold",
            )
        for row in rows:
            style = ["dim" if head else SIGNS[each.tone].style if each.tone else "" for each in row]
            # A plot begins with blanks that mean something.
            texts = [self._text(each.text, own, blanks=True) for each, own in zip(row, style, strict=True)]
            grid.add_row(*texts)
        return Padding(grid, (0, 0, 0, layout.indent), expand=False)


def _groups(table: Table, count: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the first *count* rows by what they belong to; a group stands where its first row does."""
    together: dict[str, list[int]] = {}
    for row in range(count):
        together.setdefault(table.group(row), []).append(row)
    yield from together.items()
