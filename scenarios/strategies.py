"""Which way of calling a chain finishes first?"""

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import finished, in_each, sorted_by, standings, with_interval, without_interval
from overlap.scenarios._questions import questions as prompts

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
    """Say for each concurrency which takes least, which are shown to take longer, and which cannot be told."""
    return in_each(summary, SCENARIO, _answer, "strategy", "concurrency")


def _answer(summary: Summary) -> str | None:
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    sentences = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(sentences) or None


def _at(summary: Summary, concurrency: int) -> str | None:
    # A strategy whose calls failed is soon done, and first at nothing.
    ranked_cells = sorted_by(summary, "makespan", scenario=SCENARIO, concurrency=concurrency)
    cells = {each.cell.id: each for each in ranked_cells if finished(each)}
    ranking = standings(summary, list(cells.values()), "makespan")
    if ranking is None or len({each.cell.strategy for each in cells.values()}) < 2:
        return None
    best = cells[ranking.best]
    best_time = (
        f"At concurrency {concurrency}, {best.cell.strategy} takes least: {with_interval(best, 'makespan')}"
    )
    shortest = (
        f"{best_time} ({without_interval(best, 'overlap')} of the possible)"
        if "overlap" in best.metrics
        else best_time
    )
    from overlap.harness.report.standings import standing

    return f"{shortest}. {standing(ranking, lambda name: cells[name].cell.strategy)}"


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
