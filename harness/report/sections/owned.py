"""Who owned the time of a call."""

from harness.report.charts.stacks import Stack, Stacks
from harness.report.figures import scale, told
from harness.report.matrix import Panel, panels
from harness.report.section import Section
from harness.report.standings import alone, most
from harness.report.tables import of_cells
from harness.report.words import label
from harness.shares import OWNERS
from harness.stats.cells import CellSummary, Summary

ORDER = 60
# Drawn once more on a scale of their own: beside the server's plan and a queue they would be hairlines.
SMALL = ("send", "late", "receive")
METRICS = (*(f"owned.{owner}" for owner in OWNERS), "requests_per_call")
# What a share can come from, as far as it can be seen from outside.
CAUSES = {
    "cpu_share": "a worker near 100 % makes every share but the plan grow",
    "loop_lag.p50": "receive and send: the loop was busy with something else",
    "loop_lag.p99": "receive and send: now and then it was busy for so long",
    "queue.p50": "send and receive: a synchronous step waited for a thread",
    "queue.max": "the same, at worst",
    "gc.total": "all shares: the collector stops every thread",
    "gc.longest": "the same, at worst: one call, or all that were in flight",
    "pool.count": "send: so many requests found the client's connection pool full",
    "pool.max": "the same: the longest wait for a place in it",
    "opened": "send: connecting instead of using a warm connection",
    "requests_per_call": "send: the pause before a retry",
}


def section(summary: Summary) -> Section | None:
    """Answer one chart a panel; None where the server kept no journal."""
    known = [each for each in summary.cells if all(f"owned.{owner}" in each.metrics for owner in OWNERS)]
    charts = tuple(_chart(panel) for panel in panels(known))
    if not charts:
        return None
    note = "Means per call. " + ". ".join(f"{owner}: {meaning}" for owner, meaning in OWNERS.items()) + "."
    parts = (_causes(summary, known),)
    return Section("Who owned the time", _lead(summary, known), of_cells(known, METRICS), charts, note, parts)


def _causes(summary: Summary, known: list[CellSummary]) -> Section:
    """Lay beside each other what can explain the shares of each cell."""
    named = [metric for metric in CAUSES if any(metric in each.metrics for each in known)]
    note = " ".join(
        (
            "Each is seen in the worker itself, within the measured part.",
            *(f"{label(metric)} → {CAUSES[metric]}." for metric in named),
        )
    )
    return Section("What explains the shares", _explained(summary, known), of_cells(known, named), note=note)


def _explained(summary: Summary, known: list[CellSummary]) -> str:
    """Name the cells in which each cause was largest, as a sentence."""
    causes = ("loop_lag.p99", "queue.max", "pool.max", "gc.longest")
    said = [sentence for metric in causes if (sentence := most(summary, known, metric, label(metric)))]
    sentence = "; ".join(said) or "the run recorded nothing that would explain these shares"
    return f"{sentence[0].upper()}{sentence[1:]}."


def _chart(panel: Panel) -> Stacks:
    shares = {label: [each.metrics[f"owned.{owner}"].value for owner in OWNERS] for label, each in panel.rows}
    by = scale("ns", (sum(values) for values in shares.values()))
    return Stacks(
        f"owned-{panel.slug}",
        f"Who owned the time of a call, {panel.title} (mean, {by.unit})",
        tuple(OWNERS),
        tuple(Stack(label, tuple(value / by.by for value in values)) for label, values in shares.items()),
        by.unit,
        SMALL,
    )


def _lead(summary: Summary, known: list[CellSummary]) -> str:
    def added(each: CellSummary) -> float:
        return sum(each.metrics[f"owned.{owner}"].value for owner in SMALL)

    if len(known) == 1:
        [only] = known
        rest = ", ".join(
            f"{owner} {told(only.metrics[f'owned.{owner}'])}" for owner in OWNERS if owner != "planned"
        )
        return f"Of a call, {told(only.metrics['owned.planned'])} were the server's plan; beyond it, {rest}."
    worst = max(known, key=added)
    owner = max(SMALL, key=lambda owner: worst.metrics[f"owned.{owner}"].value)
    beside = alone(summary, known, worst, *(f"owned.{owner}" for owner in SMALL), largest=True)
    return (
        f"From sending to the end of a call, {worst.cell.id} added most to the server's plan{beside}; the largest "
        f"part was {owner}, {told(worst.metrics[f'owned.{owner}'])} a call.{_queued(summary, known)}"
    )


def _queued(summary: Summary, known: list[CellSummary]) -> str:
    """Name the cell whose calls waited longest before they were sent; empty where none waited."""
    said = most(summary, known, "owned.dispatch", "the wait of a call")
    return f" Before sending, {said}." if said else ""
