"""Which HTTP library should calls go through, and how does its cost grow with the calls in flight?"""

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import in_each, one, ratios, sorted_by, versus, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

SCENARIO = "transport"
BARE = ("httpx", "httpx2", "aiohttp")

# Answers come at once, so that nothing but the client's own work is timed.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=(*BARE, "chain", "chain_aiohttp"),
        concurrency=(1, 32, 96),
        calls=96,
        rounds=3,
        profile="instant",
    ),
)


def answer(summary: Summary) -> str | None:
    """Say for each number of calls in flight what a call costs by each library, and what aiohttp saves a chain."""
    return in_each(summary, SCENARIO, _answer, "client", "concurrency")


def _answer(summary: Summary) -> str | None:
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    pairs = {width: (_chain(summary, "chain_aiohttp", width), _chain(summary, "chain", width)) for width in widths}
    factors = ratios(summary, pairs, "cpu")
    sentences = [sentence for width in widths if (sentence := _at(summary, width, factors.get(width)))]
    return " ".join(sentences) or None


def _chain(summary: Summary, client: str, width: int) -> CellSummary | None:
    return one(summary, scenario=SCENARIO, concurrency=width, client=client)


def _at(summary: Summary, width: int, factor: Estimate | None) -> str | None:
    at = {"scenario": SCENARIO, "concurrency": width}
    bare = [each for each in sorted_by(summary, "cpu", **at) if each.cell.client in BARE]
    if not bare:
        return None
    costs = ", ".join(f"{each.cell.client} {without_interval(each, 'cpu')}" for each in bare)
    words, sides = "a chain on aiohttp costs {} what it costs on httpx2", "a chain on aiohttp and on httpx2"
    chain = f"; {versus(factor, words, sides)}" if factor else ""
    return f"With {width} in flight a call costs, of CPU: {costs}{chain}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
