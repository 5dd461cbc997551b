"""What does uvloop change for a chain, and for bare HTTP?"""

from harness.plan import Plan
from harness.stats.cells import Summary
from harness.stats.estimate import Estimate, differs
from scenarios._cells import one, over
from scenarios._questions import questions as prompts

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
    found = {
        (each.cell.strategy, each.cell.client): None for each in summary.of(scenario=SCENARIO, loop="asyncio")
    }
    several = len({strategy for strategy, _ in found}) > 1
    said = [
        f"{client}{f' {strategy}' if several else ''} {_change(factor)}"
        for strategy, client in found
        if (factor := _factor(summary, strategy, client))
    ]
    return f"CPU per call, uvloop against asyncio: {'; '.join(said)}." if said else None


def _factor(summary: Summary, strategy: str, client: str) -> Estimate | None:
    where = {"scenario": SCENARIO, "client": client, "strategy": strategy}
    return over(summary, one(summary, **where, loop="uvloop"), one(summary, **where, loop="asyncio"), "cpu")


def _change(factor: Estimate) -> str:
    """Write a ratio as a change: "-8.1% (-9.0 to -7.2)", with a word where it is none."""
    if factor.low is None or factor.high is None:
        return f"{(factor.value - 1) * 100:+.1f}%"
    ends = f"{(factor.low - 1) * 100:+.1f} to {(factor.high - 1) * 100:+.1f}"
    said = f"{(factor.value - 1) * 100:+.1f}% ({ends})"
    return said if differs(factor) else f"no difference, {said}"


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
