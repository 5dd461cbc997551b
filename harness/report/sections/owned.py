"""Who owned the time of a call."""

from overlap.harness.model.shares import OF_SEVERAL, OWNERS
from overlap.harness.report.charts.stacks import Stack, Stacks
from overlap.harness.report.figures import listed, scale, spell_out
from overlap.harness.report.labels import TOGETHER, label
from overlap.harness.report.matrix import Panel, panels
from overlap.harness.report.section import Section
from overlap.harness.report.standings import alone, most
from overlap.harness.report.tables import of_cells
from overlap.harness.stats.cells import CellSummary, Summary

ORDER = 60
# Drawn once more on a scale of their own: beside the server's plan and a queue they would be hairlines.
SMALL = ("send", "late", "receive")
# What a share can come from, as far as it can be seen from outside.
CAUSES = {
    "cpu_share": "a worker near 100 % makes every share but the plan grow",
    "loop_lag.p50": "receive and send: the loop was busy with something else",
    "loop_lag.p99": "receive and send: now and then it was busy for so long",
    "loop_lag.max": "the same, at worst",
    "queue.p50": "send and receive: a synchronous step waited for a thread",
    "queue.max": "the same, at worst",
    "gc.total": "all shares: the collector stops every thread",
    "gc.longest": "the same, at worst: one call, or all that were in flight",
    "pool.count": "send: so often a request had to wait for a place in the client's connection pool",
    "pool.max": "the same: the longest wait for a place in it",
    "opened": "send: connecting instead of using a warm connection",
    "requests_per_call": "between: more than one request a call, by steps, tools or retries",
}


def section(summary: Summary) -> Section | None:
    """Return one chart a panel; None where the server kept no journal."""
    joined = [each for each in summary.cells if all(f"owned.{owner}" in each.metrics for owner in OWNERS)]
    owners = _owners(joined)
    charts = tuple(_chart(panel, owners) for panel in panels(joined))
    if not charts:
        return None
    note = " ".join(("Means per call.", *(f"{owner}: {OWNERS[owner]}." for owner in owners), *_left_out(summary)))
    metrics = (*(f"owned.{owner}" for owner in owners), "requests_per_call")
    parts = (_causes(summary, joined),)
    return Section(
        "Who owned the time", _lead(summary, joined, owners), of_cells(joined, metrics), charts, note, parts
    )


def _owners(joined: list[CellSummary]) -> tuple[str, ...]:
    """Return the owners to show: those that only calls of several requests have, where they have something."""
    return tuple(
        owner
        for owner in OWNERS
        if owner not in OF_SEVERAL or any(each.metrics[f"owned.{owner}"].value for each in joined)
    )


def _left_out(summary: Summary) -> list[str]:
    """Say which cells' calls cannot be divided, since they were handed over in one go."""
    names = dict.fromkeys(each.cell.strategy for each in summary.cells if each.together)
    if not names:
        return []
    return [f"{listed(list(names))} {'is' if len(names) == 1 else 'are'} left out: {TOGETHER}"]


def _causes(summary: Summary, joined: list[CellSummary]) -> Section:
    """Lay beside each other what can explain the shares of each cell."""
    named = [metric for metric in CAUSES if any(metric in each.metrics for each in joined)]
    note = " ".join(
        (
            "Each is seen in the worker itself, within the measured part.",
            *(f"{label(metric)} → {CAUSES[metric]}." for metric in named),
        )
    )
    return Section("What explains the shares", _explained(summary, joined), of_cells(joined, named), note=note)


def _explained(summary: Summary, joined: list[CellSummary]) -> str:
    """Name the cells in which each cause was largest, as a sentence."""
    # The highest percentile is left out of cells that were short; the maximum is known of all.
    short = any("loop_lag.max" in each.metrics and "loop_lag.p99" not in each.metrics for each in joined)
    causes = ("loop_lag.max" if short else "loop_lag.p99", "queue.max", "pool.max", "gc.longest")
    sentences = [sentence for metric in causes if (sentence := most(summary, joined, metric, label(metric)))]
    sentence = "; ".join(sentences) or "nothing that was recorded would explain these shares"
    return f"{sentence[0].upper()}{sentence[1:]}."


def _chart(panel: Panel, owners: tuple[str, ...]) -> Stacks:
    shares = {label: [each.metrics[f"owned.{owner}"].value for owner in owners] for label, each in panel.rows}
    by = scale("ns", (sum(values) for values in shares.values()))
    return Stacks(
        f"owned-{panel.slug}",
        f"Who owned the time of a call, {panel.title} (mean, {by.unit})",
        owners,
        tuple(Stack(label, tuple(value / by.by for value in values)) for label, values in shares.items()),
        by.unit,
        SMALL,
    )


def _lead(summary: Summary, joined: list[CellSummary], owners: tuple[str, ...]) -> str:
    def added(each: CellSummary) -> float:
        return sum(each.metrics[f"owned.{owner}"].value for owner in SMALL)

    if len(joined) == 1:
        [only] = joined
        rest = ", ".join(
            f"{owner} {spell_out(only.metrics[f'owned.{owner}'])}" for owner in owners if owner != "planned"
        )
        return f"Of a call, {spell_out(only.metrics['owned.planned'])} were the server's plan; beyond it, {rest}."
    worst = max(joined, key=added)
    owner = max(SMALL, key=lambda owner: worst.metrics[f"owned.{owner}"].value)
    beside = alone(summary, joined, worst, *(f"owned.{owner}" for owner in SMALL), largest=True)
    return (
        f"Before the first request of a call and after its last, {worst.cell.id} added most to the server's "
        f"plan{beside}; the largest part was {owner}, {spell_out(worst.metrics[f'owned.{owner}'])} a call."
        f"{_queued(summary, joined)}{_own_time(summary, joined)}"
    )


def _queued(summary: Summary, joined: list[CellSummary]) -> str:
    """Name the cell whose calls waited longest before they were sent; empty where none waited."""
    sentence = most(summary, joined, "owned.dispatch", "the wait of a call")
    return f" Before sending, {sentence}." if sentence else ""


def _own_time(summary: Summary, joined: list[CellSummary]) -> str:
    """Name the cell that spent most between the requests of a call; empty where each call has one."""
    sentence = most(summary, joined, "owned.between", "the time in steps, tools or retries")
    return f" Between the requests of a call, {sentence}." if sentence else ""
