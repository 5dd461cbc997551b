"""When are these numbers not to be believed."""

import re

from overlap.harness.report.figures import count, listed
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.peace import disturbances

ORDER = 100
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")


def section(summary: Summary) -> Section | None:
    """Return every kind of doubt once, with the cells it is about; None for a run without cells or doubts."""
    if not summary.cells:
        disturbed = disturbances(summary.run.slots)
        return Section("Doubts", " ".join(disturbed), glance="lead") if disturbed else None
    every = [(str(doubt), each.cell.id) for each in summary.cells for doubt in each.doubts]
    if not every:
        none = f"No cell of {len(summary.cells):,} gives reason to doubt its numbers."
        return Section("Doubts", none, glance="lead")
    kinds: dict[str, list[tuple[str, str]]] = {}
    for doubt, cell in every:
        kinds.setdefault(_NUMBERS.sub("#", doubt), []).append((doubt, cell))
    table = Table(
        (TableColumn("doubt"), TableColumn("cells", numeric=True), TableColumn("which")),
        tuple(
            (
                Datum(_gathered([doubt for doubt, _ in about]) + _over(about)),
                Datum(str(len(about)), sort=len(about)),
                Datum(listed([cell for _, cell in about])),
            )
            for about in sorted(kinds.values(), key=len, reverse=True)
        ),
    )
    touched = len({cell for _, cell in every})
    verb = "comes" if touched == 1 else "come"
    lead = f"{touched} of {count(len(summary.cells), 'cell')} {verb} with a doubt; read such numbers with care."
    whole = Table(
        (TableColumn("cell"), TableColumn("doubt")),
        tuple((Datum(cell, sort=cell), Datum(doubt, sort=doubt)) for doubt, cell in every),
    )
    each = Section("Each doubt by itself", f"{count(len(every), 'doubt')} in all.", whole)
    return Section("Doubts", lead, table, parts=(each,), glance="whole")


def _gathered(alike: list[str]) -> str:
    """Say doubts that differ in their numbers alone as one: the first, its numbers as ranges over all."""
    figures = [_NUMBERS.findall(doubt) for doubt in alike]
    ranges = iter([_range([row[i] for row in figures]) for i in range(len(figures[0]))])
    return _NUMBERS.sub(lambda _: next(ranges), alike[0])


def _over(about: list[tuple[str, str]]) -> str:
    """Say that numbers of doubts gathered are ranges: two of them in one doubt do not belong to one cell."""
    figures = [_NUMBERS.findall(doubt) for doubt, _ in about]
    ranges = sum(len(set(column)) > 1 for column in zip(*figures, strict=True))
    if not ranges:
        return ""
    over = "over these cells" if len({cell for _, cell in about}) > 1 else "of one cell"
    return f" ({'a range' if ranges == 1 else 'each a range'} {over})"


def _range(numbers: list[str]) -> str:
    ordered = sorted(set(numbers), key=lambda number: float(number.replace(",", "")))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"
