"""A run's answer as a fragment of HTML, to stand inside another page such as a notebook: table and charts."""

from base64 import b64encode
from html import escape

from overlap.harness.report.build import sections
from overlap.harness.report.section import Chart, Section, Table
from overlap.harness.stats.cells import Summary

# What is asked of a comparison first: how long each took, and when a stream began.
TITLES = ("Errors", "Total time", "Streaming", "Doubts")


def fragment(summary: Summary) -> str:
    """Answer the sections that compare, each with its lead, charts and table; every text is escaped."""
    shown = [each for each in sections(summary) if each.title.startswith(TITLES)]
    return "\n".join(_section(each) for each in shown) or "<p>Nothing was measured.</p>"


def _section(section: Section) -> str:
    parts = [f"<h4>{escape(section.title)}</h4>", f"<p>{escape(section.lead)}</p>"]
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
    return f'<img style="max-width: 100%" alt="{escape(chart.alt)}" src="data:image/svg+xml;base64,{data}">'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column.heading)}</th>' for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(datum.whole)}</td>' for datum in row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
