"""What does an endpoint's way of calling a chain cost the users of a web service?"""

from overlap.harness.report.figures import spell_out
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import sorted_by
from overlap.scenarios._questions import questions as prompts

__all__ = ["answer", "prompts"]

SCENARIO = "scenarios.service"


def answer(summary: Summary) -> str | None:
    """Say for each number of users which endpoint answers soonest, and which keeps them waiting longest."""
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    sentences = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(sentences) or None


def _at(summary: Summary, users: int) -> str | None:
    cells = sorted_by(summary, "e2e.p50", scenario=SCENARIO, concurrency=users)
    if not cells:
        return None
    if len(cells) == 1:
        return f"{users} users wait {_wait(cells[0])} for {cells[0].cell.strategy} (median)."
    first, last = cells[0], cells[-1]
    return (
        f"{users} users wait {_wait(first)} for {first.cell.strategy} and {_wait(last)} for "
        f"{last.cell.strategy} (median)."
    )


def _wait(each: CellSummary) -> str:
    return spell_out(each.metrics["e2e.p50"])
