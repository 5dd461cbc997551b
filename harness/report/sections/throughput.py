"""How do throughput and latency change with the concurrency, and where is the knee."""

from dataclasses import replace

from harness.report.charts.lines import Lines
from harness.report.figures import listed, scale, told
from harness.report.matrix import scenarios, slug
from harness.report.section import Column, Datum, Section, Table
from harness.report.series import STRAIGHT, Series, knee, lines, series
from harness.report.tables import pivot
from harness.stats.summary import CellSummary, Summary

ORDER = 30


def section(summary: Summary) -> Section | None:
    """Answer one part a scenario that was run at several concurrencies."""
    parts = [part for name, cells in scenarios(summary.cells) if (part := _part(summary, name, cells))]
    if not parts:
        return None
    note = (
        f"The knee is the last concurrency before a step in which throughput grew by less than {STRAIGHT:.0%} of "
        "the concurrency's own growth. Strategies that make one call at a time have it at once."
    )
    if len(parts) == 1:
        return replace(parts[0], note=note)
    best = max(
        (each for each in summary.cells if "throughput" in each.metrics),
        key=lambda each: each.metrics["throughput"].value,
    )
    lead = f"The most that was reached is {told(best.metrics['throughput'])}, by {best.cell.id}."
    return Section("Throughput against concurrency", lead, parts=tuple(parts), note=note)


def _part(summary: Summary, name: str, cells: list[CellSummary]) -> Section | None:
    rows = series(cells, "throughput")
    if not rows:
        return None
    knees = {label: knee(summary.run, row) for label, row in rows.items()}
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


def _table(rows: Series, knees: dict[str, str]) -> Table:
    table = pivot([each for row in rows.values() for each in row], "throughput")
    last = Column("knee", hint=f"last concurrency before throughput kept up by less than {STRAIGHT:.0%}")
    body = tuple(
        (*row, Datum(said, sort=said)) for row, said in zip(table.rows, _in_order(table, rows, knees), strict=True)
    )
    return Table((*table.columns, last), body, table.caption)


def _in_order(table: Table, rows: Series, knees: dict[str, str]) -> list[str]:
    """The pivot's rows come in the order in which their cells were handed to it, as do the series."""
    said = list(knees.values())
    return said if len(said) == len(table.rows) == len(rows) else ["" for _ in table.rows]


def _lead(rows: Series, knees: dict[str, str]) -> str:
    label, best = max(rows.items(), key=lambda item: item[1][-1].metrics["throughput"].value)
    said: dict[str, list[str]] = {}
    for name, where in knees.items():
        said.setdefault(where, []).append(name)
    peak = told(best[-1].metrics["throughput"])
    return (
        f"{label} completed most, {peak} at concurrency {best[-1].cell.concurrency}; knee "
        + "; ".join(f"{where} for {listed(names)}" for where, names in said.items())
        + "."
    )
