"""Tables of cells: one row a cell, the fields in which they differ first, then the figures that are known."""

from collections.abc import Sequence
from dataclasses import replace

from overlap.harness.report.figures import DASH, UNKNOWN, Scale, column, datum, listed, scale
from overlap.harness.report.labels import TOGETHER, formula, label
from overlap.harness.report.matrix import FIELDS, varied
from overlap.harness.report.section import Datum, Table, TableColumn
from overlap.harness.stats.cells import CellSummary

# What is known of single calls only, and unknown of those that are handed over in one go.
ALONE = ("e2e", "overhead", "owned")


def of_cells(cells: Sequence[CellSummary], metrics: Sequence[str], caption: str = "") -> Table:
    """Make a table of *cells*; a metric that none of them has is left out."""
    heads: list[TableColumn] = []
    entries: list[tuple[Datum, ...]] = []
    for field in varied(cells) or ("strategy",):
        numeric = field == "concurrency"
        heads.append(TableColumn(field, numeric=numeric))
        values = [getattr(each.cell, field) for each in cells]
        entries.append(tuple(Datum(str(value) or UNKNOWN, sort=value) for value in values))
    heads.append(TableColumn("calls", numeric=True, hint="counted calls, warm-up left out, over all rounds"))
    entries.append(tuple(Datum(f"{each.calls:,}", sort=each.calls) for each in cells))
    if any(each.errors for each in cells):
        heads.append(TableColumn("failed", numeric=True, hint="calls that ended in an error"))
        entries.append(tuple(Datum(f"{each.errors:,}", sort=each.errors) for each in cells))
    for metric in metrics:
        estimates = [each.metrics.get(metric) for each in cells]
        if any(estimate is not None for estimate in estimates):
            head, body = column(label(metric), estimates, formula(metric))
            heads.append(head)
            entries.append(body)
    return Table(tuple(heads), tuple(zip(*entries, strict=True)), caption, _together(cells, metrics))


def _together(cells: Sequence[CellSummary], metrics: Sequence[str]) -> str:
    """Say why calls that are handed over in one go have no figures of single calls; "" where none lacks one."""
    alone = [metric for metric in metrics if metric.partition(".")[0] in ALONE]
    names = list(dict.fromkeys(each.cell.strategy for each in cells if each.together))
    if not names or not any(metric in each.metrics for each in cells for metric in alone):
        return ""
    return f"{DASH} for {listed(names)}: {TOGETHER}"


def pivot(
    cells: Sequence[CellSummary], metric: str, across: str = "concurrency", among: Sequence[CellSummary] = ()
) -> Table:
    """
    Make a table of one metric: a column for each value of the field *across*, a row for all the rest.

    An entry without a figure says why it has none, and the table's note what that means. *among* are all cells of
    the run that may belong to a row, where those handed over are only some of them.
    """
    others = [field for field in FIELDS if field != across]
    there = {_place(each, others, across): each for each in (*among, *cells)}
    fields = [field for field in varied(cells) if field != across] or ["strategy"]
    levels = sorted({getattr(each.cell, across) for each in cells})
    by = scale(*_units(cells, metric))
    rows: dict[tuple[str, ...], dict[object, Datum]] = {}
    for each in cells:
        key = tuple(str(getattr(each.cell, field)) for field in fields)
        own, _ = _place(each, others, across)
        rows.setdefault(key, {level: _entry(there.get((own, level)), metric, by) for level in levels})
    heads = [TableColumn(field) for field in fields]
    heads += [TableColumn(f"{across} {level}", by.unit, formula(metric), numeric=True) for level in levels]
    body = tuple((*(Datum(word, sort=word) for word in key), *entries.values()) for key, entries in rows.items())
    caption = f"{label(metric)}, {by.unit}" if by.unit else label(metric)
    return Table(tuple(heads), body, caption, _legend([datum for row in body for datum in row[len(fields) :]]))


NOT_RUN, NOT_MEASURED, ALL_FAILED, SOME_FAILED = "not run", "not measured", "all failed", " *"
MEANS = {
    NOT_RUN: "the run has no such cell",
    NOT_MEASURED: "no round of the cell came to its end",
    ALL_FAILED: "every call of the cell failed",
    UNKNOWN: "the cell was measured, but this figure cannot be derived from it",
}


def _place(each: CellSummary, others: Sequence[str], across: str) -> tuple[tuple[object, ...], object]:
    """Return what makes a row of a cell, and its column."""
    return tuple(getattr(each.cell, field) for field in others), getattr(each.cell, across)


def _entry(each: CellSummary | None, metric: str, by: Scale) -> Datum:
    """Return the figure of a cell, or why there is none; what failed calls took is no figure of finished work."""
    if each is None:
        return Datum(NOT_RUN)
    if not each.calls:
        return Datum(NOT_MEASURED)
    if each.errors >= each.calls:
        return Datum(ALL_FAILED)
    entry = datum(each.metrics.get(metric), by)
    return replace(entry, text=entry.text + SOME_FAILED) if each.errors and entry.sort is not None else entry


def _legend(entries: Sequence[Datum]) -> str:
    """Say what the words that stand in place of figures mean; "" where there are none."""
    there = {datum.text for datum in entries}
    parts = [f"{word}: {meaning}" for word, meaning in MEANS.items() if word in there]
    if any(text.endswith(SOME_FAILED) for text in there):
        parts.append("*: some of the calls failed")
    return f"{'; '.join(parts)}." if parts else ""


def _units(cells: Sequence[CellSummary], metric: str) -> tuple[str, list[float | None]]:
    present = [each.metrics[metric] for each in cells if metric in each.metrics]
    return (present[0].unit if present else ""), [estimate.value for estimate in present]
