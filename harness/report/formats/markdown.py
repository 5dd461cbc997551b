"""Markdown for a pull request: the answers and their tables first, the rest folded, charts as files beside it."""

import re
from collections.abc import Iterator

from harness.report.section import Report, Section, Table

FILE = "report.md"
DEFAULT = True
# More rows than fit a screen are folded.
FOLDED_FROM = 20
_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")


def render(report: Report) -> bytes:
    """Answer the whole text."""
    lines = [f"# {_text(report.title)}", "", " · ".join(map(_text, report.facts)), ""]
    for section in report.sections:
        lines += _section(section, 2)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _text(words: str) -> str:
    """Make sure that *words* are shown as they are: no markup, no line of their own."""
    flat = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", flat)


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {_text(section.title)}", "", f"**{_text(section.lead)}**", "")
    for chart in section.charts:
        yield from (f"![{_text(chart.title)}: {_text(chart.alt)}](charts/{chart.name}.svg)", "")
    if section.table:
        folded = not section.glance or len(section.table.rows) > FOLDED_FROM
        rows = len(section.table.rows)
        if folded:
            words = "1 row" if rows == 1 else f"{rows} rows"
            yield from ("<details>", f"<summary>table, {words}</summary>", "")
        yield from _table(section.table)
        if folded:
            yield from ("</details>", "")
    if section.note:
        yield from (_text(section.note), "")
    for part in section.parts:
        yield from _section(part, level + 1)


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield from (_text(table.caption), "")
    yield "| " + " | ".join(_text(column.heading) for column in table.columns) + " |"
    yield "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_text(datum.whole) for datum in row) + " |"
    yield ""
