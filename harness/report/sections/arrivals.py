"""Were an open loop's calls made when they were due, and what did those see that had to wait."""

from overlap.harness.report.figures import count, listed, scale, spell_out
from overlap.harness.report.section import Section
from overlap.harness.report.tables import of_cells
from overlap.harness.report.workers import shared_out
from overlap.harness.stats.cells import CellSummary, Summary

ORDER = 12
METRICS = (
    "offered.p99", "offered.max", "lag.p50", "lag.p99", "e2e.p50", "e2e.p99", "from_sent.p50", "from_sent.p99",
    "throughput", "goodput.share",
)  # fmt: skip
# A wait that is worth a word, in ns and as a share of the latency's 99th percentile.
WAITED, SHARE = 5_000_000, 0.1


def section(summary: Summary) -> Section | None:
    """Speak for the cells that were open loops; None where none was."""
    open_cells = tuple(each for each in summary.cells if "lag.p50" in each.metrics)
    if not open_cells:
        return None
    kinds = sorted({each.cell.arrivals for each in open_cells if each.cell.arrivals})
    plan = f" ({' | '.join(kinds)})" if kinds else ""
    note = (
        "In an open loop calls come when they are due, whether or not earlier ones have come back, and latencies "
        "count from the due time. Offered late is the harness's own error; schedule lag, sent - due, has the "
        "strategy's waits for a place in it. Time from sent is what would be reported if nobody counted those. "
        "Concurrency is the places of strategies that have some; ainvoke and astream start every call at once. "
        "Overlap efficiency is left out: a service that keeps up takes as long as the plan does. Where several "
        "processes share the calls out, each has as many places, and lateness is that of the worst of them."
    )
    lead = f"Latency is from the due time{plan}.{shared_out(summary)} {_kept(open_cells)} {_waited(open_cells)}"
    title = "Open loop: calls at their due times"
    return Section(title, lead.strip(), of_cells(open_cells, METRICS), note=note, glance="whole")


def _kept(open_cells: tuple[CellSummary, ...]) -> str:
    late = [each for each in open_cells if "offered.p99" in each.metrics]
    if not late:
        return _at_worst(open_cells)
    worst = max(late, key=lambda each: each.metrics["offered.p99"].value)
    return (
        f"Of {_calls(late, open_cells)}, 99 in 100 were offered within "
        f"{spell_out(worst.metrics['offered.p99'])} of their due time at the worst ({worst.cell.id})."
    )


def _calls(some: list[CellSummary], open_cells: tuple[CellSummary, ...]) -> str:
    """Count the calls of the cells of which something is known, and say how many cells these are."""
    calls = count(sum(each.calls for each in some), "call")
    return (
        calls if len(some) == len(open_cells) else f"{calls} in {len(some):,} of {count(len(open_cells), 'cell')}"
    )


def _at_worst(open_cells: tuple[CellSummary, ...]) -> str:
    """Say how late the latest of too few calls for a percentile was."""
    late = [each for each in open_cells if "offered.max" in each.metrics]
    if not late:
        return f"{_calls(list(open_cells), open_cells)} were due."
    worst = max(late, key=lambda each: each.metrics["offered.max"].value)
    by = spell_out(worst.metrics["offered.max"])
    of = f"Of {_calls(late, open_cells)}"
    return f"{of}, the latest of a round was offered {by} after its due time ({worst.cell.id})."


def _waited(open_cells: tuple[CellSummary, ...]) -> str:
    queued = [each for each in open_cells if _queued(each)]
    if not queued:
        return ""
    worst = max(queued, key=lambda each: each.metrics["lag.p99"].value)
    seen = [worst.metrics[name] for name in ("e2e.p99", "from_sent.p99")]
    by = scale("ns", [seen[0].value])
    return (
        f"Calls of {listed([each.cell.strategy for each in queued])} had to wait before they were sent: p99 of "
        f"{worst.cell.id} is {spell_out(seen[0], by)} from due, where from sent it reads {spell_out(seen[1], by)}."
    )


def _queued(each: CellSummary) -> bool:
    if not {"lag.p99", "e2e.p99", "from_sent.p99"} <= each.metrics.keys():
        return False
    return each.metrics["lag.p99"].value > max(WAITED, SHARE * each.metrics["e2e.p99"].value)
