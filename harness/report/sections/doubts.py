"""When are these numbers not to be believed."""

from harness.report.figures import count
from harness.report.section import Column, Datum, Section, Table
from harness.stats.summary import Summary

ORDER = 100


def section(summary: Summary) -> Section | None:
    """Answer every doubt once, with the cells it is about; None for a run without cells."""
    if not summary.cells:
        return None
    about: dict[str, list[str]] = {}
    for each in summary.cells:
        for doubt in each.doubts:
            about.setdefault(str(doubt), []).append(each.cell.id)
    if not about:
        return Section(
            "Doubts", f"No cell of {len(summary.cells):,} gives reason to doubt its numbers.", glance=True
        )
    touched = len({cell for cells in about.values() for cell in cells})
    table = Table(
        (Column("doubt"), Column("cells", numeric=True), Column("which")),
        tuple(
            (Datum(doubt, sort=doubt), Datum(str(len(cells)), sort=len(cells)), Datum(_some(cells)))
            for doubt, cells in sorted(about.items(), key=lambda item: -len(item[1]))
        ),
    )
    lead = f"{touched} of {count(len(summary.cells), 'cell')} come with a doubt; read their numbers with care."
    return Section("Doubts", lead, table, glance=True)


def _some(cells: list[str]) -> str:
    return ", ".join(cells[:6]) + (f" and {len(cells) - 6} more" if len(cells) > 6 else "")
