"""What does uvloop change for a chain, and for bare HTTP?"""

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import change, in_each, one, ratios
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# Answers come at once: what is left is the client's own work, the only thing a loop can change. What it changes
# for streams, `--strategies astream_many` tells; by default they would take most of this scenario's time.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("aiohttp", "chain"),
        loops=("asyncio", "uvloop"),
        concurrency=(32,),
        profile="instant",
        tokens=8,
    ),
)

SCENARIO = "loops"


def answer(summary: Summary) -> str | None:
    """Say by how much uvloop changes the CPU a call costs, for each strategy and client that ran on both."""
    return in_each(summary, SCENARIO, _answer, "strategy", "client", "loop")


def _answer(summary: Summary) -> str | None:
    by_strategy_and_client = {
        (each.cell.strategy, each.cell.client): None for each in summary.of(scenario=SCENARIO, loop="asyncio")
    }
    several = len({strategy for strategy, _ in by_strategy_and_client}) > 1
    pairs = {
        (strategy, client): _both(summary, strategy=strategy, client=client)
        for strategy, client in by_strategy_and_client
    }
    factors = ratios(summary, pairs, "cpu")
    sentences = [
        f"{client}{f' {strategy}' if several else ''} {change(factors[strategy, client])}"
        if (strategy, client) in factors
        else f"{client}{f' {strategy}' if several else ''} not known"
        for strategy, client in pairs
    ]
    return f"CPU per call, uvloop against asyncio: {'; '.join(sentences)}." if factors else None


def _both(summary: Summary, **where: str) -> tuple[CellSummary | None, CellSummary | None]:
    on_uvloop, on_asyncio = (one(summary, scenario=SCENARIO, **where, loop=loop) for loop in ("uvloop", "asyncio"))
    return on_uvloop, on_asyncio


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
