"""How are the latencies of single calls distributed."""

from statistics import median

from overlap.harness.model.record import Call
from overlap.harness.model.shares import service
from overlap.harness.report.charts.spread import Spreads, spread
from overlap.harness.report.figures import count, scale, spell_out
from overlap.harness.report.matrix import Panel, panels
from overlap.harness.report.section import Section
from overlap.harness.report.standings import alone
from overlap.harness.report.tables import of_cells
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.rounds import rounds_of, sound

ORDER = 40
METRICS = ("e2e.p50", "e2e.p95", "e2e.p99", "overhead.p50", "overhead.p95")


def section(summary: Summary) -> Section | None:
    """Return one chart a panel; the calls of all rounds of a cell together."""
    calls = {
        name: [call for each in sound(rounds) for call in each.calls]
        for name, rounds in rounds_of(summary.run).items()
    }
    charts = tuple(chart for panel in panels(summary.cells) if (chart := _chart(panel, calls)))
    answered = [each for each in summary.cells if "e2e.p50" in each.metrics]
    if not charts or not answered:
        return None
    note = (
        "Each shape is a smoothed histogram of E2E latency over a logarithmic axis: dot, median; thick line, 25 "
        "to 75 %; thin line, 5 to 95 %; where there are too few calls for that, all of them. The orange mark is "
        "the median of what the server had planned. A percentile is left out where too few calls stand behind it. "
        "Failed calls are not in the shapes; in percentiles they count as slower than any other, and ≥ "
        "stands where that decides."
    )
    return Section("Latency of single calls", _lead(summary, answered), of_cells(answered, METRICS), charts, note)


def _lead(summary: Summary, answered: list[CellSummary]) -> str:
    with_overhead = [each for each in answered if "overhead.p50" in each.metrics]
    if not with_overhead:
        worst = max(answered, key=lambda each: each.metrics["e2e.p50"].value)
        beside = alone(summary, answered, worst, "e2e.p50", largest=True)
        return f"The slowest median is {spell_out(worst.metrics['e2e.p50'])}, of {worst.cell.id}{beside}."
    ordered = sorted(with_overhead, key=lambda each: each.metrics["overhead.p50"].value)
    least, most = ordered[0], ordered[-1]
    every = len(summary.cells)
    where = "" if len(ordered) == every else f" This is known of {len(ordered):,} of {count(every, 'cell')}."
    if least is most:
        beyond = spell_out(least.metrics["overhead.p50"])
        return (
            f"The median of {count(least.calls, 'call')} took {beyond} longer than the server had planned.{where}"
        )
    return (
        f"The median call took longer than the server had planned by between "
        f"{spell_out(least.metrics['overhead.p50'])} ({least.cell.id}, {count(least.calls, 'call')}) and "
        f"{spell_out(most.metrics['overhead.p50'])} ({most.cell.id}, {count(most.calls, 'call')}).{where}"
    )


def _chart(panel: Panel, calls: dict[str, list[Call]]) -> Spreads | None:
    planned_by_cell: dict[str, tuple[list[int], float | None]] = {}
    for label, each in panel.rows:
        own = [call for call in calls.get(each.cell.id, []) if call.e2e]
        planned = [taken for call in own if (taken := service(call))]
        if own:
            planned_by_cell[label] = [call.e2e or 0 for call in own], median(planned) if planned else None
    if not planned_by_cell:
        return None
    by = scale("ns", (max(values) for values, _ in planned_by_cell.values()))
    charts = (
        spread(label, [value / by.by for value in values], by.of(planned))
        for label, (values, planned) in planned_by_cell.items()
    )
    return Spreads(
        f"latency-{panel.slug}",
        f"E2E latency, {panel.title} ({by.unit}, logarithmic)",
        tuple(each for each in charts if each),
        f"E2E latency, {by.unit}",
        "planned, median",
    )
