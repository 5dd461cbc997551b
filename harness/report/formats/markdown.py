"""
Markdown for a pull request: every answer, the charts as files beside it, and the tables that are for a glance.

GitHub refuses a summary of more than 1 MiB and a comment of more than 65,536 characters, so that as many rows are
shown as there is room for, the worst first, and how many are left out is said. The long tables of a run are left
to report.html.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from overlap.harness.report.figures import count, listed
from overlap.harness.report.section import Datum, Report, Section, Table
from overlap.harness.report.verdict import SIGNS
from overlap.harness.text.markdown import block, escaped, paragraph
from overlap.harness.text.one_line import one_line

FILE = "report.md"
DEFAULT = True
# Whether it shows charts, which cost time to draw.
DRAWS = True
JUDGED = False
# Bytes, a little below what is refused: other steps append to a summary, people to a comment.
LARGEST, LARGEST_COMMENT = 1_000_000, 60_000
# More rows than fit a screen are folded; of a table of verdicts those that are good.
FOLDED_FROM = 16
# Sentences of a kind at most.
MOST_ITEMS = 20
# A plot's characters.
ROOM = 31


def render(report: Report) -> bytes:
    """Return the whole text."""
    return text(report).encode()


def text(report: Report, most: int = LARGEST) -> str:
    """Return the text in at most *most* bytes; no row fits only where that is less than a few thousand."""
    rows = max((len(part.table.rows) for each in report.sections for part in each.walk() if part.table), default=0)
    while len((page := _Page(report, rows).text()).encode()) > most and rows:
        rows = min(rows - 1, int(rows * most / len(page.encode())))
    return page


def comment(report: Report, stem: str) -> str:
    """Return a comment, beginning with a marker that is not shown, by which the next one finds and replaces it."""
    marker = f"<!-- overlap-{stem} -->\n"
    return marker + text(report, LARGEST_COMMENT - len(marker))


@dataclass(frozen=True, slots=True)
class _Page:
    """One report, and how many rows of each table there is room for."""

    report: Report
    most: int

    def text(self) -> str:
        """Return the whole text."""
        lines = [*self._head(), paragraph(" · ".join(self.report.facts)), ""]
        for section in self.report.sections:
            lines += self._section(section, 3 if self.report.verdict else 2)
        parts = [part for section in self.report.sections for part in section.walk()]
        if left := sum(1 for part in parts if part.table and part.glance != "whole"):
            lines.append(f"({count(left, 'more table')} in the HTML report)")
        return "\n".join(lines).rstrip() + "\n"

    def _head(self) -> Iterator[str]:
        verdict = self.report.verdict
        if verdict is None:
            yield from (f"# {escaped(self.report.title)}", "")
            return
        mark = SIGNS[verdict.tone].mark
        yield from (f"## {mark} {escaped(verdict.title if verdict.opening else verdict.answer)}", "")
        if verdict.opening:
            yield from (f"**{escaped(verdict.answer)}**", "")

    def _section(self, section: Section, level: int) -> Iterator[str]:
        yield from (f"{'#' * level} {escaped(section.title)}", "", f"**{escaped(section.lead)}**", "")
        for chart in section.charts:
            # The charts of a verdict are no files: its page has them.
            if not self.report.verdict:
                yield from (f"![{escaped(chart.title)}](charts/{chart.name}.svg)", "")
        yield from self._items(section.items)
        if section.table and section.glance == "whole":
            yield from self._tables(section.table)
        if section.note:
            yield from (paragraph(section.note), "")
        for part in section.parts:
            yield from self._section(part, level + 1)

    def _items(self, items: Sequence[str]) -> Iterator[str]:
        yield from (f"- {paragraph(each)}" for each in items[:MOST_ITEMS])
        if len(items) > MOST_ITEMS:
            yield f"- ({len(items) - MOST_ITEMS:,} more {escaped(self.report.whole)})"
        if items:
            yield ""

    def _tables(self, table: Table) -> Iterator[str]:
        """Yield the table, what is good or long folded, then its plot and what a reader must know."""
        rows = table.rows[: self.most]
        if table.caption:
            yield from (paragraph(table.caption), "")
        if len(rows) <= FOLDED_FROM:
            yield from _table(table, rows)
        elif any(datum.tone for row in rows for datum in row):
            quiet = [row for row in rows if _good(row)]
            yield from _table(table, [row for row in rows if not _good(row)])
            yield from _folded(f"{count(len(quiet), 'row')}: {listed(_words(quiet))}", _table(table, quiet))
        else:
            yield from _folded(f"table, {len(rows)} rows", _table(table, rows))
        if left := len(table.rows) - len(rows):
            kinds = f": {listed(table.kinds(len(rows)))}" if table.kinds(len(rows)) else ""
            yield from (paragraph(f"({count(left, 'more row')} {self.report.whole}{kinds})"), "")
        if table.plot:
            yield from _plot(table, len(rows))
        if table.note:
            yield from (paragraph(table.note), "")


def _good(row: Sequence[Datum]) -> bool:
    return any(datum.tone == "good" for datum in row)


def _words(rows: Sequence[tuple[Datum, ...]]) -> list[str]:
    return list(dict.fromkeys(datum.text for row in rows for datum in row if datum.tone))


def _folded(summary: str, lines: Iterator[str]) -> Iterator[str]:
    inside = list(lines)
    if inside:
        yield from ("<details>", f"<summary>{escaped(summary)}</summary>", "", *inside, "</details>", "")


def _table(table: Table, rows: Sequence[tuple[Datum, ...]]) -> Iterator[str]:
    if not rows:
        return
    # A column of sentences that are all left out has nothing to say.
    kept = [i for i, each in enumerate(table.columns) if not each.prose or any(_entry(row[i]) for row in rows)]
    yield "| " + " | ".join(escaped(table.columns[i].heading) for i in kept) + " |"
    yield "|" + "|".join("---:" if table.columns[i].numeric else "---" for i in kept) + "|"
    yield from ("| " + " | ".join(_entry(row[i]) for i in kept) + " |" for row in rows)
    yield ""


def _entry(datum: Datum) -> str:
    if datum.minor:
        return ""
    return f"{SIGNS[datum.tone].mark} {escaped(datum.whole)}" if datum.tone else escaped(datum.whole)


def _plot(table: Table, rows: int) -> Iterator[str]:
    """Yield the intervals as a block of code: there alone a character has one width."""
    assert table.plot is not None
    axis, drawn = table.plot.drawn(ROOM, rows)
    names = [one_line(_name(table, row)) for row in table.rows[:rows]]
    widest = max(map(len, names), default=0) + 2
    lines: dict[str, list[str]] = {}
    for place, (name, line) in enumerate(zip(names, drawn, strict=True)):
        effect = next((datum.whole for datum in table.rows[place] if datum.interval), "")
        if line.strip():
            entry = f"  {name:<{widest}}{line}  {one_line(effect)}".rstrip()
            lines.setdefault(one_line(table.group(place)), []).append(entry)
    if lines:
        named = table.grouped is not None
        groups = (each for group, rows_of in lines.items() for each in ([group] if named else []) + rows_of)
        yield from block([f"{'':{widest}}  {axis}", *groups])
        yield from (paragraph(table.plot.note), "")


def _name(table: Table, row: Sequence[Datum]) -> str:
    """Return what a row is called within its group: its first entry that is no verdict."""
    return next(each.text for i, each in enumerate(row) if i != table.grouped and not each.tone)
