"""A run's answer as a fragment of HTML, to stand inside another page such as a notebook: table and charts."""

import html
from base64 import b64encode

from overlap.harness.report.build import sections
from overlap.harness.report.section import Chart, Section, Table
from overlap.harness.stats.cells import Summary
from overlap.harness.text.one_line import one_line

# What is asked of a comparison first: how long each took, and when a stream began.
TITLES = ("Errors", "Total time", "Streaming", "Doubts")


def fragment(summary: Summary) -> str:
    """Return the sections that compare, each with its lead, charts and table; every text is escaped."""
    parts = [each for each in sections(summary) if each.title.startswith(TITLES)]
    return "\n".join(_section(each) for each in parts) or "<p>Nothing was measured.</p>"


def _text(words: str) -> str:
    return html.escape(one_line(words))


def _section(section: Section) -> str:
    parts = [f"<h4>{_text(section.title)}</h4>", f"<p>{_text(section.lead)}</p>"]
    parts += [_chart(chart) for chart in section.charts]
    if section.table:
        parts.append(_table(section.table))
    # A doubt that many cells share is said once, above; cell by cell it would fill the page.
    below = () if section.title.startswith("Doubts") else section.parts
    return "\n".join([*parts, *(_section(part) for part in below)])


def _chart(chart: Chart) -> str:
    """Draw *chart* as an image: a notebook keeps no style sheet, and drops what it takes for a script."""
    from overlap.harness.report.drawing import alone, svg

    data = b64encode(alone(svg(chart)).encode()).decode()
    return f'<img style="max-width: 100%" alt="{_text(chart.alt)}" src="data:image/svg+xml;base64,{data}">'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_text(column.heading)}</th>' for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{_text(datum.whole)}</td>' for datum in row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
