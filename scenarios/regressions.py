"""Did a change make calls dearer?"""

from dataclasses import replace

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import finished, sorted_by, standings, with_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# An instant server: what is left of a call is what the client side adds, which is what a change can spoil. The
# cells are the ways through the code: blocking, on threads, one by one, in batches, streamed; with LangChain and
# without; on both loops.
INSTANT = Plan(strategies=("gather",), concurrency=(16,), profile="instant", tokens=8, calls=64)
PLAN = (
    replace(INSTANT, strategies=("invoke",), concurrency=(1,)),
    replace(INSTANT, strategies=("thread_pool", "batch", "gather", "abatch", "astream_many")),
    replace(INSTANT, loops=("uvloop",)),
    replace(INSTANT, strategies=("gather", "astream_many"), clients=("openai",)),
    replace(INSTANT, clients=("chain_aiohttp",)),
    # And one whose calls wait: a call that blocks the loop, or a limit, costs an instant server's calls nothing.
    replace(INSTANT, concurrency=(32,), profile="steady,ttft=0.05,itl=0.001"),
)

SCENARIO = "regressions"


def answer(summary: Summary) -> str | None:
    """Say which way costs least CPU and which are shown to cost more; of a change only a gate can tell."""
    # A call that fails is soon done, and cheap.
    by_id = {each.cell.id: each for each in sorted_by(summary, "cpu", scenario=SCENARIO) if finished(each)}
    ranking = standings(summary, list(by_id.values()), "cpu")
    if ranking is None or not ranking.worse | ranking.rest:
        return None
    from overlap.harness.report.standings import standing

    def name(cell: str) -> str:
        own = by_id[cell].cell
        words = f"{own.client} {own.strategy} on {own.loop} at {own.concurrency}"
        alike = [each for each in by_id.values() if replace(each.cell, profile=own.profile) == own]
        return f"{words}, {own.profile}" if len(alike) > 1 else words

    rest = standing(ranking, name, worse=("costs more", "cost more"), than="as much")
    return (
        f"One run cannot say: `overlap gate` compares two. Here {name(ranking.best)} was measured cheapest with "
        f"{with_interval(by_id[ranking.best], 'cpu')} of CPU a call. {rest}"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
