"""Which HTTP library should calls go through, and how does its cost grow with the calls in flight?"""

from harness.plan import Plan
from harness.report.figures import times
from harness.stats.cells import Summary
from scenarios._cells import about, by, one, over
from scenarios._questions import questions as prompts

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
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    said = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(said) or None


def _at(summary: Summary, width: int) -> str | None:
    at = {"scenario": SCENARIO, "concurrency": width}
    bare = [each for each in by(summary, "cpu", **at) if each.cell.client in BARE]
    if not bare:
        return None
    costs = ", ".join(f"{each.cell.client} {about(each, 'cpu')}" for each in bare)
    factor = over(summary, one(summary, **at, client="chain_aiohttp"), one(summary, **at, client="chain"), "cpu")
    chain = f"; a chain on aiohttp costs {times(factor)} what it costs on httpx2" if factor else ""
    return f"With {width} in flight a call costs, of CPU: {costs}{chain}."


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
