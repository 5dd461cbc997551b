"""What does each client layer cost, from the raw HTTP client up to the chain."""

from dataclasses import replace

from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.figures import Scale, datum, listed, scale, spell_out
from overlap.harness.report.matrix import Contrast, pairs, slug
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.report.standings import standing
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import Ranking
from overlap.harness.stats.standing import ranked

ORDER = 80


def section(summary: Summary) -> Section | None:
    """Return one part for every set of cells that differ in the client alone."""
    every = pairs(summary.cells, "client")
    contrasts = [
        Contrast(pair.scenario, pair.label, whole)
        for pair in every
        if len(whole := {name: each for name, each in pair.cells.items() if _whole(each)}) > 1
    ]
    failed = {
        (pair.scenario, pair.label): [name for name, each in pair.cells.items() if each.errors] for pair in every
    }
    parts = tuple(_part(summary, pair, failed[pair.scenario, pair.label]) for pair in contrasts)
    if not parts:
        return None
    note = (
        "CPU per call is the CPU time of the worker and its children over the calls of a slot: the client, the "
        "event loop, and the harness's marks, which cost some microseconds for each call and each chunk. From "
        "format 2 of a run's files on, the heartbeat that measures the loop's lag is left out. The cheapest "
        "client is the base of the ratios; their 95 % intervals hold for all clients of a table at once."
    )
    if len(parts) == 1:
        return replace(parts[0], note=note)
    return Section("What the client layer costs", _overall(contrasts), parts=parts, note=note)


def _whole(each: CellSummary) -> bool:
    """Say whether a cell tells what a call costs: one that fails costs less than one that is answered."""
    return "cpu" in each.metrics and not each.errors


def _overall(contrasts: list[Contrast]) -> str:
    costs = [(each.metrics["cpu"], name, pair) for pair in contrasts for name, each in pair.cells.items()]
    least, most = (choose(costs, key=lambda row: row[0].value) for choose in (min, max))
    clauses = (f"{spell_out(cpu)} ({name}, {pair.scenario} · {pair.label})" for cpu, name, pair in (least, most))
    return f"The CPU of a call was measured between {' and '.join(clauses)}."


def _part(summary: Summary, pair: Contrast, failed: list[str]) -> Section:
    ordered = sorted(pair.cells.items(), key=lambda item: item[1].metrics["cpu"].value)
    ranking = ranked(summary.run, [each.cell for _, each in ordered], "cpu")
    if ranking:
        ordered.sort(key=lambda item: item[1].cell.id != ranking.best)
    ratios = {**ranking.worse, **ranking.rest} if ranking else {}
    against = {name: ratios.get(each.cell.id) for name, each in ordered[1:]}
    name = f"{pair.scenario} · {pair.label}"
    lead = _lead(ordered, ranking)
    if failed:
        lead += f" Left out, since calls failed: {listed(failed)}."
    return Section(f"Client layers: {name}", lead, _table(ordered, against), (_chart(name, ordered),))


def _lead(ordered: list[tuple[str, CellSummary]], ranking: Ranking[str] | None) -> str:
    first, least = ordered[0]
    names = {each.cell.id: name for name, each in ordered}
    rest = standing(ranking, names.__getitem__, ("costs more", "cost more"), "as much") if ranking else ""
    return f"A call cost least with {first}: {spell_out(least.metrics['cpu'])} of CPU. {rest}".rstrip()


def _chart(name: str, ordered: list[tuple[str, CellSummary]]) -> BarChart:
    by = scale("ns", (each.metrics["cpu"].value for _, each in ordered))
    bars = tuple(
        BarRow(client, e.value / by.by, by.of(e.low), by.of(e.high))
        for client, each in ordered
        for e in (each.metrics["cpu"],)
    )
    return BarChart(f"layers-{slug(name)}", f"CPU per call, {name} ({by.unit})", bars, f"CPU per call, {by.unit}")


def _table(ordered: list[tuple[str, CellSummary]], against: dict[str, Estimate | None]) -> Table:
    metrics = ("cpu", "overhead.p50", "throughput")
    scales = {
        metric: scale(present[0].unit, [e.value for e in present])
        for metric in metrics
        if (present := [each.metrics[metric] for _, each in ordered if metric in each.metrics])
    }
    names = {"cpu": "CPU per call", "overhead.p50": "overhead p50", "throughput": "throughput"}
    columns = (
        TableColumn("client"),
        *(TableColumn(names[metric], by.unit, numeric=True) for metric, by in scales.items()),
        TableColumn("CPU ÷ cheapest", numeric=True),
    )
    body = tuple(
        (
            Datum(name, sort=name),
            *(datum(each.metrics.get(metric), by) for metric, by in scales.items()),
            Datum("1", sort=1) if name == ordered[0][0] else datum(against.get(name), Scale(1, "")),
        )
        for name, each in ordered
    )
    return Table(columns, body)
