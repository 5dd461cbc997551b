"""How do throughput and latency change with the concurrency, and where is the knee."""

from dataclasses import replace

from harness.report.charts.lines import Lines
from harness.report.figures import UNKNOWN, listed, scale, told
from harness.report.matrix import scenarios, slug
from harness.report.section import Column, Datum, Section, Table
from harness.report.series import Series, lines, series
from harness.report.tables import pivot
from harness.stats.cells import CellSummary, Summary
from harness.stats.curve import Curve, curves

ORDER = 30


def section(summary: Summary) -> Section | None:
    """Answer one part a scenario that was run at several concurrencies."""
    found = {curve.cells[-1].id: curve for curve in curves(summary.run)}
    parts = [part for name, cells in scenarios(summary.cells) if (part := _part(found, name, cells))]
    if not parts:
        return None
    note = (
        "The knee is the concurrency from which on twice the calls in flight bring less than 1.41 times the "
        "throughput (an elasticity below one half); it takes three concurrencies to see one."
    )
    if len(parts) == 1:
        return replace(parts[0], note=note)
    best = max(
        (each for each in summary.cells if "throughput" in each.metrics),
        key=lambda each: each.metrics["throughput"].value,
    )
    lead = f"The most that was reached is {told(best.metrics['throughput'])}, by {best.cell.id}."
    return Section("Throughput against concurrency", lead, parts=tuple(parts), note=note)


def _part(found: dict[str, Curve], name: str, cells: list[CellSummary]) -> Section | None:
    rows = series(cells, "throughput")
    if not rows:
        return None
    knees = _knees(found, rows)
    charts = (_throughput(name, rows), *_latency(name, series(cells, "e2e.p50")))
    return Section(f"Throughput against concurrency: {name}", _lead(rows, knees), _table(rows, knees), charts)


def _throughput(name: str, rows: Series) -> Lines:
    return Lines(
        f"throughput-{slug(name)}",
        f"Throughput against concurrency, {name} (completed calls per second, both axes logarithmic)",
        lines(rows, "throughput"),
        "concurrency",
        "calls/s",
    )


def _latency(name: str, rows: Series) -> tuple[Lines, ...]:
    if not rows:
        return ()
    by = scale("ns", (each.metrics["e2e.p50"].value for row in rows.values() for each in row))
    return (
        Lines(
            f"latency-by-concurrency-{slug(name)}",
            f"E2E latency p50 against concurrency, {name} ({by.unit}, both axes logarithmic)",
            lines(rows, "e2e.p50", by.by),
            "concurrency",
            f"E2E latency p50, {by.unit}",
        ),
    )


def _knees(found: dict[str, Curve], rows: Series) -> dict[str, str]:
    """Answer in two or three words where each row's knee is; a row that is too short has no entry."""
    said: dict[str, str] = {}
    for label, row in rows.items():
        if curve := found.get(row[-1].cell.id):
            where = f"none up to {curve.cells[-1].concurrency}" if curve.knee is None else f"at {curve.knee}"
            said[label] = where if curve.certain else f"{where}, perhaps"
    return said


def _table(rows: Series, knees: dict[str, str]) -> Table:
    table = pivot([each for row in rows.values() for each in row], "throughput")
    if not knees:
        return table
    # The pivot's rows come in the order in which the cells were handed over, as the series do.
    said = (Datum(knees.get(label, UNKNOWN), sort=knees.get(label)) for label in rows)
    body = tuple((*row, knee) for row, knee in zip(table.rows, said, strict=True))
    return Table((*table.columns, Column("knee")), body, table.caption)


def _lead(rows: Series, knees: dict[str, str]) -> str:
    label, best = max(rows.items(), key=lambda item: item[1][-1].metrics["throughput"].value)
    said: dict[str, list[str]] = {}
    for name, where in knees.items():
        said.setdefault(where, []).append(name)
    peak = told(best[-1].metrics["throughput"])
    knee = "".join(f"; knee {where} for {listed(names)}" for where, names in said.items())
    return f"{label} completed most, {peak} at concurrency {best[-1].cell.concurrency}{knee}."
