"""What did a stream look like to its caller: how long to the first token, how evenly the rest."""

from statistics import median

from overlap.harness.model.record import Call
from overlap.harness.report.charts.marks import MarkChart, MarkRow
from overlap.harness.report.figures import count, number, scale, spell_out
from overlap.harness.report.matrix import Panel, panels
from overlap.harness.report.section import Section
from overlap.harness.report.standings import alone
from overlap.harness.report.tables import of_cells
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.rounds import rounds_of, sound

ORDER = 50
METRICS = (
    "ttft.p50",
    "ttft.p95",
    "first_answer.p50",
    "ttft_error.p50",
    "itl.p50",
    "itl.p95",
    "itl.p99",
    "tpot.p50",
    "e2e.p50",
    "tokens",
    "cpu_per_chunk",
)
PLANNED = "planned, median"


def section(summary: Summary) -> Section | None:
    """Speak for the cells that streamed; None where none did."""
    streamed = tuple(each for each in summary.cells if "ttft.p50" in each.metrics)
    if not streamed:
        return None
    calls = {
        name: [call for each in sound(rounds) for call in each.calls if call.chunks]
        for name, rounds in rounds_of(summary.run).items()
    }
    charts = tuple(
        chart
        for panel in panels(streamed)
        for metric in ("ttft", "itl")
        if (chart := _chart(panel, metric, calls))
    )
    note = (
        "TTFT counts to the first token of any kind. ITL are the gaps between neighbouring chunks one by "
        "one; chunks that arrive together have a gap near 0 and the one before them a longer one."
    )
    if any(PLANNED in mark.values for chart in charts for mark in chart.marks):
        note += " The grey mark is what the server had planned."
    return Section(
        "Streaming: TTFT and ITL", _lead(summary, streamed, calls), of_cells(streamed, METRICS), charts, note
    )


def _lead(summary: Summary, streamed: tuple[CellSummary, ...], calls: dict[str, list[Call]]) -> str:
    planned = {each.cell.id: _planned(calls.get(each.cell.id, []), "ttft") for each in streamed}

    def beyond(each: CellSummary) -> float:
        return each.metrics["ttft.p50"].value - (planned[each.cell.id] or 0)

    def said(each: CellSummary) -> str:
        by = scale("ns", [each.metrics["ttft.p50"].value])
        plan = by.of(planned[each.cell.id])
        behind = "" if plan is None else f" where {number(plan)} {by.unit} were planned"
        return f"{each.cell.id}: {spell_out(each.metrics['ttft.p50'], by)}{behind}"

    # Beside cells whose plan is known, one without would seem to be later by all that was planned for it.
    with_plan = tuple(each for each in streamed if planned[each.cell.id] is not None)
    apart = len(streamed) - len(with_plan) if with_plan else 0
    streamed = with_plan or streamed
    nearest, farthest = min(streamed, key=beyond), max(streamed, key=beyond)
    total = count(sum(each.calls for each in streamed), "call")
    if apart:
        total += f"; of {count(apart, 'other cell')} the plan is not known"
    if nearest is farthest:
        return f"The median first token came to {said(nearest)} ({total})."
    has_plan = any(planned.values())
    metric = "ttft_error.p50" if has_plan else "ttft.p50"
    first, last = (
        said(each) + alone(summary, streamed, each, metric, largest=each is farthest)
        for each in (nearest, farthest)
    )
    if not has_plan:
        return f"The median first token came soonest to {first}, and latest to {last} ({total})."
    return (
        f"The median first token came nearest to the server's plan in {first}, and farthest from it in {last} "
        f"({total})."
    )


def _planned(calls: list[Call], metric: str) -> float | None:
    """Return the median the server's schedule gave this metric; None where it is not known."""
    entries = [call.served[-1] for call in calls if call.served and len(call.served[-1].planned) > 1]
    if metric == "ttft":
        return median(entry.planned[0] for entry in entries) if entries else None
    steps = [b - a for entry in entries for a, b in zip(entry.planned, entry.planned[1:], strict=False)]
    return median(steps) if steps else None


def _chart(panel: Panel, metric: str, calls: dict[str, list[Call]]) -> MarkChart | None:
    rows = [(label, each) for label, each in panel.rows if f"{metric}.p50" in each.metrics]
    if not rows:
        return None
    names = [f"{metric}.p{q}" for q in (50, 95, 99)]
    by = scale("ns", (each.metrics[name].value for _, each in rows for name in names if name in each.metrics))
    marks: list[MarkRow] = []
    for label, each in rows:
        marks_by_row = {
            name.partition(".")[2]: each.metrics[name].value / by.by
            for name in names
            if name in each.metrics and not each.metrics[name].at_least
        }
        if (planned := _planned(calls.get(each.cell.id, []), metric)) is not None:
            marks_by_row[PLANNED] = planned / by.by
        middle = each.metrics[f"{metric}.p50"]
        marks.append(MarkRow(label, marks_by_row, by.of(middle.low), by.of(middle.high)))
    word = metric.upper()
    return MarkChart(
        f"{metric}-{panel.slug}",
        f"{word}, {panel.title} ({by.unit})",
        tuple(marks),
        ("p50", "p95", "p99"),
        f"{word}, {by.unit}",
        PLANNED,
    )
