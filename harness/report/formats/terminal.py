"""The terminal, a hundred columns wide: every answer, and the tables that are made for a glance."""

from io import StringIO
from typing import TYPE_CHECKING

from overlap.harness.report.figures import count
from overlap.harness.report.section import Report, Section, Table
from overlap.harness.text.one_line import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

FILE = "report.txt"
DEFAULT = False
# Whether it shows charts, which cost time to draw.
DRAWS = False
WIDTH = 100
# A longer table is a report's business.
MOST = 16
# Longer entries are prose, which wraps.
LONG = 36


def render(report: Report) -> bytes:
    """Answer what `show` shows as plain text."""
    from rich.console import Console

    out = StringIO()
    # Left to itself, rich shows in a notebook what it is asked to write.
    show(report, Console(file=out, width=WIDTH, no_color=True, highlight=False, force_jupyter=False))
    return out.getvalue().encode()


def show(report: Report, console: "Console") -> None:
    """Write *report* to *console*, no wider than `WIDTH`."""
    width = min(WIDTH, console.width)
    console.print(_text(report.title, style="bold"), width=width)
    console.print(_text(" · ".join(report.facts), style="dim"), width=width)
    for section in report.sections:
        if section.glance != "nothing":
            _section(section, console, width)


def _text(words: str, style: str = "") -> "Text":
    """Make words from a run fit to be printed: no markup of rich's, no command to the terminal."""
    from rich.text import Text

    return Text(one_line(words), style=style)


def _section(section: Section, console: "Console", width: int) -> None:
    console.print()
    console.print(_text(section.title, style="bold"), width=width)
    console.print(_text(section.lead), width=width)
    if section.glance == "whole":
        if section.table:
            _table(section.table, console, width)
        for part in section.parts:
            if part.glance != "nothing":
                _section(part, console, width)


def _table(table: Table, console: "Console", width: int) -> None:
    figures = any(column.numeric for column in table.columns)
    prose = any(len(datum.text) > LONG and " " in datum.text for row in table.rows for datum in row)
    if len(table.rows) > MOST and figures and not prose:
        console.print(_text(f"({len(table.rows)} rows: in the report)", style="dim"), width=width)
        return
    if prose or not figures:
        texts = [[datum.text for datum in row] for row in table.rows[:MOST]]
        console.print(_made(table, texts, []), width=width)
    else:
        texts = _fitting(table, width)
        console.print(_made(table, texts, _widths(table, texts)), width=width)
    shown = len(texts[0]) if texts else len(table.columns)
    left = [(len(table.rows) - len(texts), "row"), (len(table.columns) - shown, "column")]
    if more := " and ".join(count(n, f"more {noun}") for n, noun in left if n):
        console.print(_text(f"({more} in the report)", style="dim"), width=width)
    if table.note:
        console.print(_text(table.note, style="dim"), width=width)


def _fitting(table: Table, width: int) -> list[list[str]]:
    """Answer the rows as texts that fit: all intervals, else the first column's, else none and fewer columns."""
    bearing = [i for i in range(len(table.columns)) if any(row[i].interval for row in table.rows)]
    for told in (bearing, bearing[:1], []):
        texts = [[datum.whole if i in told else datum.text for i, datum in enumerate(row)] for row in table.rows]
        if _wide(table, texts) <= width:
            return texts
    while texts and len(texts[0]) > 1 and _wide(table, texts) > width:
        texts = [row[:-1] for row in texts]
    return texts


def _widths(table: Table, texts: list[list[str]]) -> list[int]:
    """Answer how wide each column is when headings may wrap and entries may not."""
    columns = zip(*texts, strict=True) if texts else ()
    return [
        max(map(len, (*column, *head.heading.split())))
        for head, column in zip(table.columns, columns, strict=False)
    ]


def _wide(table: Table, texts: list[list[str]]) -> int:
    # A blank and a divider behind each column.
    return sum(width + 2 for width in _widths(table, texts))


def _made(table: Table, texts: list[list[str]], widths: list[int]) -> "RichTable":
    """Make the table; without *widths* its columns share what room there is, and entries wrap."""
    from rich import box
    from rich.table import Table as RichTable

    made = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for i, column in enumerate(table.columns[: len(texts[0]) if texts else 0]):
        made.add_column(
            _text(column.heading),
            justify="right" if column.numeric else "left",
            min_width=widths[i] if widths else None,
            max_width=widths[i] if widths else None,
            overflow="fold",
        )
    for row in texts:
        made.add_row(*map(_text, row))
    return made
