"""How do throughput and latency change with the concurrency, and where is the knee."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from overlap.harness.report.charts.lines import LineChart
from overlap.harness.report.figures import UNKNOWN, listed, scale, spell_out
from overlap.harness.report.matrix import scenarios, slug
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.report.series import Series, lines, series
from overlap.harness.report.standings import alone
from overlap.harness.report.tables import pivot
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.curve import Curve, curves
from overlap.harness.stats.rounds import MeasuredRound, rounds_of, sound
from overlap.harness.stats.throughput import WAVES, waves

ORDER = 30


def section(summary: Summary) -> Section | None:
    """Return one part a scenario that was run at several concurrencies."""
    by_end = {curve.cells[-1].id: curve for curve in curves(summary.run)}
    named = rounds_of(summary.run)
    parts = [
        part for name, cells in scenarios(summary.cells) if (part := _part(summary, by_end, named, name, cells))
    ]
    if not parts:
        return None
    note = (
        "Steady throughput is the rate while all places were taken. It takes three waves of calls, that is three "
        "calls for each place; with fewer there is only calls / total time, which start and tail of the slot make "
        "smaller than what is sustained, the more so the more calls are in flight. The knee is the concurrency "
        "from which on twice the calls in flight bring less than 1.41 times the steady throughput (an elasticity "
        "below one half); it takes three concurrencies to see one."
    )
    if len(parts) == 1:
        return replace(parts[0], note=note)
    best = max(
        (each for each in summary.cells if "throughput" in each.metrics),
        key=lambda each: each.metrics["throughput"].value,
    )
    most = spell_out(best.metrics["throughput"])
    lead = f"The most calls / total time that was reached is {most}, by {best.cell.id}."
    return Section("Throughput against concurrency", lead, parts=tuple(parts), note=note)


def _part(
    summary: Summary,
    by_end: dict[str, Curve],
    named: Mapping[str, Sequence[MeasuredRound]],
    name: str,
    cells: list[CellSummary],
) -> Section | None:
    steady = all(_sustained(each, named) for each in cells if "throughput" in each.metrics)
    metric = "throughput.steady" if steady else "throughput"
    rows = series(cells, metric)
    if not rows:
        return None
    knees = _knees(by_end, rows)
    title = f"{'Throughput' if steady else 'Calls / total time'} against concurrency: {name}"
    charts = (_throughput(name, rows, metric), *_latency(name, series(cells, "e2e.p50")))
    return Section(title, _lead(summary, rows, knees, metric), _table(rows, knees, metric, cells), charts)


def _sustained(each: CellSummary, named: Mapping[str, Sequence[MeasuredRound]]) -> bool:
    """Say whether every round of a cell had enough calls for its steady throughput to be stated."""
    if "throughput.steady" not in each.metrics:
        return False
    return all(waves(one.calls) >= WAVES for one in sound(named.get(each.cell.id, [])))


def _throughput(name: str, rows: Series, metric: str) -> LineChart:
    what = "Steady throughput" if metric == "throughput.steady" else "Calls / total time"
    return LineChart(
        f"throughput-{slug(name)}",
        f"{what} against concurrency, {name} (completed calls per second, both axes logarithmic)",
        lines(rows, metric),
        "concurrency",
        "calls/s",
    )


def _latency(name: str, rows: Series) -> tuple[LineChart, ...]:
    if not rows:
        return ()
    by = scale("ns", (each.metrics["e2e.p50"].value for row in rows.values() for each in row))
    return (
        LineChart(
            f"latency-by-concurrency-{slug(name)}",
            f"E2E latency p50 against concurrency, {name} ({by.unit}, both axes logarithmic)",
            lines(rows, "e2e.p50", by.by),
            "concurrency",
            f"E2E latency p50, {by.unit}",
        ),
    )


def _knees(by_end: dict[str, Curve], rows: Series) -> dict[str, str]:
    """Return in two or three words where each row's knee is; a row that is too short has no entry."""
    sentences: dict[str, str] = {}
    for label, row in rows.items():
        if curve := by_end.get(row[-1].cell.id):
            where = f"none up to {curve.cells[-1].concurrency}" if curve.knee is None else f"at {curve.knee}"
            sentences[label] = where if curve.certain else f"{where}, perhaps"
    return sentences


def _table(rows: Series, knees: dict[str, str], metric: str, cells: Sequence[CellSummary]) -> Table:
    table = pivot([each for row in rows.values() for each in row], metric, among=cells)
    if not knees:
        return table
    # The pivot's rows come in the order in which the cells were handed over, as the series do.
    entries = (Datum(knees.get(label, UNKNOWN), sort=knees.get(label)) for label in rows)
    body = tuple((*row, knee) for row, knee in zip(table.rows, entries, strict=True))
    return replace(table, columns=(*table.columns, TableColumn("knee")), rows=body)


def _lead(summary: Summary, rows: Series, knees: dict[str, str], metric: str) -> str:
    label, best = max(rows.items(), key=lambda item: item[1][-1].metrics[metric].value)
    clauses: dict[str, list[str]] = {}
    for name, where in knees.items():
        clauses.setdefault(where, []).append(name)
    beside = alone(summary, [row[-1] for row in rows.values()], best[-1], metric, largest=True)
    at = f"{spell_out(best[-1].metrics[metric])} at concurrency {best[-1].cell.concurrency}{beside}"
    knee = "".join(f"; knee {where} for {listed(names)}" for where, names in clauses.items())
    if metric == "throughput.steady":
        return f"{label} sustained most, {at}{knee}."
    few = "some cells made too few calls to tell what they sustain"
    return f"{label} had most calls / total time, {at}; {few}{knee}."
