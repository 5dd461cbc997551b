"""How long did the same work take under each strategy, and how long would it have had to."""

from dataclasses import replace

from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.figures import scale, spell_out
from overlap.harness.report.headlines import fastest
from overlap.harness.report.matrix import Panel, panels, scenarios
from overlap.harness.report.section import Section
from overlap.harness.report.standings import alone
from overlap.harness.report.tables import pivot
from overlap.harness.stats.cells import CellSummary, Summary

ORDER = 20


def section(summary: Summary) -> Section | None:
    """Return one part a scenario in which strategies differ; every scenario where they nowhere do."""
    if summary.run.about.load or all(each.cell.arrivals for each in summary.cells):
        return None  # a load run or an open loop lasts as long as it was told to: its total time compares nothing
    parts = [part for name, cells in _asked(summary) if (part := _part(summary, name, cells))]
    if not parts:
        return None
    note = (
        "Total time is from the first start to the last end of one slot. The ideal is the shortest time in which "
        "the server's own schedule of these very calls fits on as many places as the concurrency allows; "
        "overlap efficiency is ideal / measured. What an application does of its own (tools, other steps, pauses) "
        "is not in the ideal, so it may be out of reach."
    )
    if len(parts) == 1:
        return replace(parts[0], note=note)
    lead = _overall(summary, [each for _, cells in _asked(summary) for each in cells])
    return Section("Total time beside the ideal", lead, parts=tuple(parts), note=note, glance="whole")


def _overall(summary: Summary, cells: list[CellSummary]) -> str:
    rated = [each for each in cells if "overlap" in each.metrics]
    if not rated:
        return "How near each came to the ideal is unknown: the server kept no journal, or calls failed."
    best, worst = (choose(rated, key=lambda each: each.metrics["overlap"].value) for choose in (max, min))
    first, last = (alone(summary, rated, each, "overlap", largest=each is best) for each in (best, worst))
    return (
        f"{best.cell.id} came nearest to the ideal, {spell_out(best.metrics['overlap'])} of it{first}; "
        f"{worst.cell.id} stayed farthest, at {spell_out(worst.metrics['overlap'])}{last}."
    )


def _asked(summary: Summary) -> list[tuple[str, list[CellSummary]]]:
    every = list(scenarios(summary.cells))
    some = [(name, cells) for name, cells in every if len({each.cell.strategy for each in cells}) > 1]
    return some or every


def _part(summary: Summary, name: str, cells: list[CellSummary]) -> Section | None:
    own = panels(cells)
    charts = tuple(chart for panel in own if (chart := _chart(panel)))
    lead = next((sentence for panel in reversed(own) if (sentence := fastest(summary, panel))), None)
    if not charts or lead is None:
        return None
    table = pivot(cells, "makespan")
    # One level of concurrency is given by the scenario's own table already.
    several = len({each.cell.concurrency for each in cells}) > 1
    return Section(f"Total time: {name}", lead, table, charts, glance="whole" if several else "nothing")


def _chart(panel: Panel) -> BarChart | None:
    rated = [
        (f"{label} (calls failed)" if each.errors else label, each.metrics)
        for label, each in panel.rows
        if "makespan" in each.metrics
    ]
    if not rated:
        return None
    by = scale("ns", (metrics["makespan"].value for _, metrics in rated))
    bars: list[BarRow] = []
    for label, metrics in rated:
        total, overlap = metrics["makespan"], metrics.get("overlap")
        ideal = None if overlap is None else total.value * overlap.value / 100
        bars.append(BarRow(label, total.value / by.by, by.of(total.low), by.of(total.high), by.of(ideal)))
    title = f"Total time, {panel.title} ({by.unit})"
    return BarChart(f"total-time-{panel.slug}", title, tuple(bars), f"total time, {by.unit}", "ideal")
