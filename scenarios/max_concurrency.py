"""How many requests does max_concurrency=4 let through, by what the server sees?"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import listed
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import as_count, in_each, variants, without_interval
from overlap.scenarios._langchain import model
from overlap.scenarios._questions import questions as prompts
from overlap.scenarios.provider_batching import Many

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "max_concurrency"
INPUTS, LIMIT = 24, 4
CONFIG: Any = {"max_concurrency": LIMIT}
FREE, ABATCH, BATCH, GATE = "abatch without it", "abatch", "batch", "Semaphore around ainvoke"
PARALLEL, COMPLETIONS = "RunnableParallel", "abatch of the completions class"

# One call is `INPUTS` inputs, so that the limit is the application's own and not the strategy's.
PLAN = (
    Plan(
        strategies=("ainvoke",),
        clients=("langchain",),
        concurrency=(1,),
        calls=2,
        rounds=3,
        profile="steady,ttft=0.05,itl=0",
        variants=(FREE, ABATCH, BATCH, GATE, PARALLEL, COMPLETIONS),
    ),
)


async def gated(llm: Any, inputs: list[str]) -> Any:
    """Gather behind a semaphore."""
    gate = asyncio.Semaphore(LIMIT)

    async def one(text: str) -> Any:
        async with gate:
            return await llm.ainvoke(text)

    return await asyncio.gather(*map(one, inputs))


async def branches(llm: Any, inputs: list[str]) -> Any:
    """Give each input a branch of its own."""
    from langchain_core.runnables import RunnableLambda, RunnableParallel

    def branch(text: str) -> RunnableLambda[Any, Any]:
        async def ask(_: Any) -> Any:
            return await llm.ainvoke(text)

        return RunnableLambda(ask)

    return await RunnableParallel({str(i): branch(text) for i, text in enumerate(inputs)}).ainvoke("", CONFIG)


Way = Callable[[Any, list[str]], Awaitable[Any]]
WAYS: dict[str, Way] = {
    FREE: lambda llm, inputs: llm.abatch(inputs),
    ABATCH: lambda llm, inputs: llm.abatch(inputs, CONFIG),
    BATCH: lambda llm, inputs: asyncio.to_thread(llm.batch, inputs, CONFIG),
    GATE: gated,
    PARALLEL: branches,
}


class Limited:
    """One call is many inputs under one limit."""

    def __init__(self, llm: Any, way: Way) -> None:
        self._llm, self._way = llm, way

    async def ainvoke(self, prompt: str) -> Any:
        """Ask for all inputs made of *prompt*."""
        return await self._way(self._llm, [f"{prompt} {number}" for number in range(INPUTS)])


def build(client: Any, _endpoint: Endpoint, way: Way) -> Limited:
    """Build one way of limiting."""
    return Limited(model(client), way)


def completions(_client: Any, endpoint: Endpoint) -> Many:
    """Build the completions class, which brings a client of its own."""
    return Many(endpoint, lambda many, inputs: many.completions().abatch(inputs[:INPUTS], CONFIG))


VARIANTS: dict[str, Builder] = {name: partial(build, way=way) for name, way in WAYS.items()} | {
    COMPLETIONS: completions
}


def answer(summary: Summary) -> str | None:
    """Say which ways keep to the limit, and what the server saw of each."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    from overlap.harness.stats.standing import by_round  # with numpy, which the workers of a round do without

    by_variant = variants(summary, scenario=SCENARIO)
    # By the round with the most: a mean of 4 may hide a round of 5.
    seen = {
        name: max(by_round(summary.run, cell.cell, ("peak",)).values(), default=None)
        for name, cell in by_variant.items()
    }
    peaks = {name: peak for name, peak in seen.items() if peak is not None}
    if not peaks:
        return None
    sentences = [
        f"{name} {as_count(by_variant[name], 'peak')} at once, "
        f"{as_count(by_variant[name], 'requests_per_call')} in all, "
        f"{without_interval(by_variant[name], 'e2e.p50')}"
        for name in peaks
    ]
    kept = _kept({name: peak for name, peak in seen.items() if name != FREE})
    return f"{kept}. {INPUTS} inputs: {'; '.join(sentences)}."


def _kept(seen: dict[str, float | None]) -> str:
    """Say which ways, by the most requests that the server saw of each at once, kept to the limit."""
    ways = {
        f"{LIMIT} at once with": [name for name, peak in seen.items() if peak == LIMIT],
        "more with": [name for name, peak in seen.items() if peak is not None and peak > LIMIT],
        "fewer with": [name for name, peak in seen.items() if peak is not None and peak < LIMIT],
        "not known with": [name for name, peak in seen.items() if peak is None],
    }
    sentences = ", ".join(f"{words} {listed(names)}" for words, names in ways.items() if names)
    return (
        f"With a limit of {LIMIT}, the most in any round: {sentences}"
        if sentences
        else "No way with a limit was measured"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
