"""The sentence a panel of cells comes down to: who was first, who cannot be told from it, who was last."""

from harness.report.figures import count, listed, scale, times, told
from harness.report.matrix import Panel
from harness.stats.cells import CellSummary, Summary
from harness.stats.compare import ratio
from harness.stats.estimate import Estimate, differs


def fastest(summary: Summary, panel: Panel) -> str | None:
    """
    Say which rows of *panel* were done first; None where nothing was finished.

    Rows whose ratio to the best is no difference by `stats.compare` share the place. Rows with failed calls are
    out of the race: to give up early is not to be fast.
    """
    rows = [(label, each, each.metrics["makespan"]) for label, each in panel.rows if _whole(each)]
    if not rows:
        return None
    failed = [label for label, each in panel.rows if each.errors]
    aside = f" Left out, since calls failed: {listed(failed)}." if failed else ""
    return _race(summary, panel.phrase, rows) + aside


def _whole(each: CellSummary) -> bool:
    return "makespan" in each.metrics and not each.errors


def _race(summary: Summary, where: str, rows: list[tuple[str, CellSummary, Estimate]]) -> str:
    rows.sort(key=lambda row: row[2].value)
    label, best, estimate = rows[0]
    by = scale("ns", [row[2].value for row in rows])
    share = f", {told(overlap)} of the possible" if (overlap := best.metrics.get("overlap")) else ""
    if len(rows) == 1:
        return f"{where}, {label} took {told(estimate, by)}{share} ({count(best.calls, 'call')})."
    if estimate.low is None:
        return (
            f"{where}, {label} was first with {told(estimate, by)}{share}, in {count(estimate.rounds, 'round')}: "
            "too few to say whether by chance."
        )
    even = [label, *(name for name, each, _ in rows[1:] if not _slower(summary, each, best))]
    if len(even) == len(rows):
        return f"{where}, {listed(even)} do not differ; {label} took {told(estimate, by)}{share}."
    first = f"{label} was first" if len(even) == 1 else f"{listed(even)} were first and do not differ"
    name, slowest, longest = rows[-1]
    factor = ratio(summary.run, slowest.cell, best.cell, "makespan")
    behind = f", {times(factor)} as long" if factor else ""
    return f"{where}, {first}: {told(estimate, by)}{share}; {name} took {told(longest, by)}{behind}."


def _slower(summary: Summary, each: CellSummary, best: CellSummary) -> bool:
    against = ratio(summary.run, each.cell, best.cell, "makespan")
    return against is not None and differs(against)
