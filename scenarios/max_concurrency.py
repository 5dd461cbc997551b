"""How many requests does max_concurrency=4 let through, by what the server sees?"""

import asyncio

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import listed
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import about, in_each, variants, whole
from overlap.scenarios._langchain import model, refuse
from overlap.scenarios._questions import questions as prompts
from overlap.scenarios.provider_batching import Many

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "max_concurrency"
INPUTS, LIMIT = 24, 4
CONFIG = {"max_concurrency": LIMIT}
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


async def gated(llm, inputs):
    """Gather behind a semaphore."""
    gate = asyncio.Semaphore(LIMIT)

    async def one(text):
        async with gate:
            return await llm.ainvoke(text)

    return await asyncio.gather(*map(one, inputs))


async def branches(llm, inputs):
    """Give each input a branch of its own."""
    from langchain_core.runnables import RunnableLambda, RunnableParallel

    def branch(text):
        async def ask(_):
            return await llm.ainvoke(text)

        return RunnableLambda(ask)

    return await RunnableParallel({str(i): branch(text) for i, text in enumerate(inputs)}).ainvoke("", CONFIG)


WAYS = {
    FREE: lambda llm, inputs: llm.abatch(inputs),
    ABATCH: lambda llm, inputs: llm.abatch(inputs, CONFIG),
    BATCH: lambda llm, inputs: asyncio.to_thread(llm.batch, inputs, CONFIG),
    GATE: gated,
    PARALLEL: branches,
}


class Limited:
    """One call is many inputs under one limit."""

    def __init__(self, llm, way):
        self._llm, self._way = llm, way

    async def ainvoke(self, prompt):
        """Ask for all inputs made of *prompt*."""
        return await self._way(self._llm, [f"{prompt} {number}" for number in range(INPUTS)])


def app(client, endpoint, variant):
    """Build one way of limiting."""
    if variant == COMPLETIONS:
        return Many(endpoint, lambda many, inputs: many.completions().abatch(inputs[:INPUTS], CONFIG))
    if variant not in WAYS:
        raise refuse(variant, SCENARIO, PLAN[0].variants)
    return Limited(model(client), WAYS[variant])


def answer(summary: Summary) -> str | None:
    """Say which ways keep to the limit, and what the server saw of each."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    from overlap.harness.stats.standing import by_round  # with numpy, which the workers of a round do without

    found = variants(summary, scenario=SCENARIO)
    # By the round with the most: a mean of 4 may hide a round of 5.
    seen = {
        name: max(by_round(summary.run, cell.cell, ("peak",)).values(), default=None)
        for name, cell in found.items()
    }
    known = {name: peak for name, peak in seen.items() if peak is not None}
    if not known:
        return None
    said = [
        f"{name} {whole(found[name], 'peak')} at once, {whole(found[name], 'requests_per_call')} in all, "
        f"{about(found[name], 'e2e.p50')}"
        for name in known
    ]
    kept = _kept({name: peak for name, peak in seen.items() if name != FREE})
    return f"{kept}. {INPUTS} inputs: {'; '.join(said)}."


def _kept(seen: dict[str, float | None]) -> str:
    """Say which ways, by the most requests that the server saw of each at once, kept to the limit."""
    ways = {
        f"{LIMIT} at once with": [name for name, peak in seen.items() if peak == LIMIT],
        "more with": [name for name, peak in seen.items() if peak is not None and peak > LIMIT],
        "fewer with": [name for name, peak in seen.items() if peak is not None and peak < LIMIT],
        "not known with": [name for name, peak in seen.items() if peak is None],
    }
    said = ", ".join(f"{words} {listed(names)}" for words, names in ways.items() if names)
    return (
        f"With a limit of {LIMIT}, the most in any round: {said}" if said else "No way with a limit was measured"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
