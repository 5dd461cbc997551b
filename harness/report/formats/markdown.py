"""
Markdown for a pull request: every answer, the charts as files beside it, and the tables that are for a glance.

A comment on GitHub holds 65,536 characters, so the long tables are left to report.html.
"""

from collections.abc import Iterator

from overlap.harness.report.section import Report, Section, Table
from overlap.harness.text.markdown import escaped, paragraph

FILE = "report.md"
DEFAULT = True
# Whether it shows charts, which cost time to draw.
DRAWS = True
# More rows than fit a screen are folded.
FOLDED_FROM = 20


def render(report: Report) -> bytes:
    """Answer the whole text."""
    lines = [f"# {escaped(report.title)}", "", paragraph(" · ".join(report.facts)), ""]
    for section in report.sections:
        lines += _section(section, 2)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {escaped(section.title)}", "", f"**{escaped(section.lead)}**", "")
    for chart in section.charts:
        yield from (f"![{escaped(chart.title)}](charts/{chart.name}.svg)", "")
    if section.table and section.glance == "whole":
        folded = len(section.table.rows) > FOLDED_FROM
        if folded:
            yield from ("<details>", f"<summary>table, {len(section.table.rows)} rows</summary>", "")
        yield from _table(section.table)
        if folded:
            yield from ("</details>", "")
    if section.note:
        yield from (paragraph(section.note), "")
    for part in section.parts:
        yield from _section(part, level + 1)


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield from (paragraph(table.caption), "")
    yield "| " + " | ".join(escaped(column.heading) for column in table.columns) + " |"
    yield "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|"
    for row in table.rows:
        yield "| " + " | ".join(escaped(datum.whole) for datum in row) + " |"
    yield ""
    if table.note:
        yield from (paragraph(table.note), "")
