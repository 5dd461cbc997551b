"""Who owned the time of a call."""

from harness.report.charts.stacks import Stack, Stacks
from harness.report.figures import scale, told
from harness.report.matrix import Panel, panels
from harness.report.section import Section
from harness.report.tables import of_cells
from harness.shares import OWNERS
from harness.stats.summary import CellSummary, Summary

ORDER = 60
# Drawn once more on a scale of their own: beside the server's plan and a queue they would be hairlines.
SMALL = ("send", "late", "receive")
METRICS = (
    *(f"owned.{owner}" for owner in OWNERS),
    "loop_lag.p99",
    "connections",
    "requests_per_call",
    "cpu_share",
)


def section(summary: Summary) -> Section | None:
    """Answer one chart a panel; None where the server kept no journal."""
    known = [each for each in summary.cells if all(f"owned.{owner}" in each.metrics for owner in OWNERS)]
    charts = tuple(_chart(panel) for panel in panels(known))
    if not charts:
        return None
    note = "Means per call. " + ". ".join(f"{owner}: {meaning}" for owner, meaning in OWNERS.items()) + "."
    return Section("Who owned the time", _lead(known), of_cells(known, METRICS), charts, note)


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


def _lead(known: list[CellSummary]) -> str:
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
    queue = max(known, key=lambda each: each.metrics["owned.dispatch"].value)
    return (
        f"From sending to the end of a call, {worst.cell.id} added most to the server's plan, largely in {owner}: "
        f"{told(worst.metrics[f'owned.{owner}'])} a call; before sending, {queue.cell.id} let calls wait longest: "
        f"{told(queue.metrics['owned.dispatch'])} a call."
    )
