"""The terminal, a hundred columns wide: every answer, and the tables that are made for a glance."""

from io import StringIO
from typing import TYPE_CHECKING

from harness.report.section import Report, Section, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

FILE = "report.txt"
DEFAULT = False
WIDTH = 100
# A longer table is a report's business.
MOST = 16


def render(report: Report) -> bytes:
    """Answer what `show` shows as plain text."""
    from rich.console import Console

    out = StringIO()
    show(report, Console(file=out, width=WIDTH, no_color=True, highlight=False))
    return out.getvalue().encode()


def show(report: Report, console: "Console") -> None:
    """Write *report* to *console*, no wider than `WIDTH`."""
    from rich.text import Text

    width = min(WIDTH, console.width)
    console.print(Text(report.title, style="bold"), width=width)
    console.print(Text(" · ".join(report.facts), style="dim"), width=width)
    for section in report.sections:
        _section(section, console, width)


def _section(section: Section, console: "Console", width: int) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(section.title, style="bold"), width=width)
    console.print(Text(section.lead), width=width)
    if section.glance:
        if section.table:
            _table(section.table, console, width)
        for part in section.parts:
            _section(part, console, width)


def _table(table: Table, console: "Console", width: int) -> None:
    from rich.text import Text

    numeric = [column.numeric for column in table.columns]
    if len(table.rows) > MOST and any(numeric):
        console.print(Text(f"({len(table.rows)} rows: in the report)", style="dim"), width=width)
        return
    texts = _fitting(table, width) if any(numeric) else [[datum.text for datum in row] for row in table.rows]
    shown = len(texts[0]) if texts else 0
    console.print(_made(table, texts, shown), width=width)
    if left := len(table.columns) - shown:
        console.print(Text(f"({left} more columns in the report)", style="dim"), width=width)


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


def _wide(table: Table, texts: list[list[str]]) -> int:
    """Answer how wide these columns are when headings may wrap and entries may not."""
    columns = zip(*texts, strict=True) if texts else ()
    widths = (
        max(map(len, (*column, *head.heading.split())))
        for head, column in zip(table.columns, columns, strict=False)
    )
    return sum(width + 2 for width in widths)


def _made(table: Table, texts: list[list[str]], shown: int) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    made = RichTable(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False)
    for column in table.columns[:shown]:
        words = any(head.numeric for head in table.columns)
        made.add_column(
            Text(column.heading),
            justify="right" if column.numeric else "left",
            no_wrap=words and bool(texts),
            overflow="fold",
        )
    for row in texts:
        made.add_row(*map(Text, row))
    return made
