"""Did a change make calls dearer?"""

from harness.plan import Plan
from harness.stats.cells import Summary
from scenarios._cells import by
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# An instant server: what is left of a call is what the client side adds, which is what a change can spoil. The
# cells are the ways through the code: blocking, on threads, one by one, in batches, streamed; with LangChain and
# without; on both loops.
INSTANT = {"profile": "instant", "tokens": 8, "calls": 64}
PLAN = (
    Plan(strategies=("invoke",), concurrency=(1,), **INSTANT),
    Plan(strategies=("thread_pool", "batch", "gather", "abatch", "astream_many"), concurrency=(16,), **INSTANT),
    Plan(strategies=("gather",), loops=("uvloop",), concurrency=(16,), **INSTANT),
    Plan(strategies=("gather", "astream_many"), clients=("openai",), concurrency=(16,), **INSTANT),
    Plan(strategies=("gather",), clients=("chain_aiohttp",), concurrency=(16,), **INSTANT),
    # And one whose calls wait: a call that blocks the loop, or a limit, costs an instant server's calls nothing.
    Plan(strategies=("gather",), concurrency=(32,), profile="steady,ttft=0.05,itl=0.001", tokens=8, calls=64),
)

SCENARIO = "regressions"


def answer(summary: Summary) -> str | None:
    """Say which way is dearest by CPU; whether it has become so, only `overlap gate` can say."""
    found = [each for each in by(summary, "cpu", scenario=SCENARIO) if "cpu" in each.metrics]
    if len(found) < 2:
        return None
    first, last = found[0].cell, found[-1].cell
    cheap, dear = (each.metrics["cpu"].value / 1e6 for each in (found[0], found[-1]))
    return (
        f"One run cannot say: `overlap gate` compares two. Here {first.client} {first.strategy} was measured "
        f"cheapest with {cheap:.2f} ms of CPU a call, {last.client} {last.strategy} dearest with {dear:.2f}."
    )


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
