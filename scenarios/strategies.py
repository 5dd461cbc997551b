"""Which way of calling a chain is done soonest?"""

from harness.plan import Plan
from harness.report.figures import listed, times, told
from harness.stats.cells import CellSummary, Summary
from harness.stats.estimate import differs
from scenarios._cells import by, over
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# Latencies vary from call to call, as a model's do: with equal ones a barrier, such as a wave of gather waiting
# for its slowest call, would not show. Where calls follow one another they take long and vary little: three
# rounds of them are enough to set beside the others.
LATENCY = "lognormal,ttft=0.05,itl=0.001"
PLAN = (
    Plan(concurrency=(1,), calls=3, rounds=3, profile=LATENCY),
    Plan(concurrency=(16, 64), profile=LATENCY, sequential_up_to=1),
    Plan(strategies=("invoke", "ainvoke"), concurrency=(16,), rounds=3, profile=LATENCY),
)

SCENARIO = "strategies"


def answer(summary: Summary) -> str | None:
    """Say for each concurrency who was first, who cannot be told from it, and who was last."""
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    said = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(said) or None


def _at(summary: Summary, concurrency: int) -> str | None:
    # A strategy whose calls all failed is soon done, and first at nothing.
    found = by(summary, "makespan", scenario=SCENARIO, concurrency=concurrency)
    cells = [each for each in found if "throughput" in each.metrics]
    several = len({each.cell.strategy for each in cells}) > 1
    factor = over(summary, cells[-1], cells[0], "makespan") if several else None
    if factor is None:
        return None
    best, last = cells[0], cells[-1].cell.strategy
    level = [each.cell.strategy for each in cells if each is best or not _slower(summary, each, best)]
    if factor.low is None:
        return (
            f"At concurrency {concurrency} {best.cell.strategy} was first, but there are too few rounds to tell."
        )
    if len(level) == len(cells):
        return f"At concurrency {concurrency} it makes no difference."
    overlap = best.metrics.get("overlap")
    reached = f" ({told(overlap)} of the possible)" if overlap else ""
    first = f"{level[0]} is first" if len(level) == 1 else f"{listed(level)} are first and do not differ"
    return f"At concurrency {concurrency}, {first}{reached}; {last} takes {times(factor)} as long."


def _slower(summary: Summary, each: CellSummary, best: CellSummary) -> bool:
    factor = over(summary, each, best, "makespan")
    return factor is not None and differs(factor)


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
