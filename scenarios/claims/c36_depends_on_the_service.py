"""Whether abatch gains anything over gather depends on whether the service takes batches."""

import asyncio
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict

SEEDS = ("S0",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_openai.llms.base:BaseOpenAI._agenerate",
)
INPUTS = 20


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests each way made."""

    abatch: int
    gather: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Requests for as many inputs to each kind of service."""

    inputs: int
    chat: Requests
    completions: Requests


async def measure(bench: Bench) -> Facts:
    """Count the requests of both, for a service that takes one input a request and for one that takes lists."""
    results = {}
    for name, model in (("chat", bench.model()), ("completions", bench.completions())):
        await bench.warm(model)
        prompts = bench.prompts(INPUTS)
        await model.abatch(prompts)
        batch = len(bench.take().entries)
        await asyncio.gather(*map(model.ainvoke, prompts))
        results[name] = Requests(batch, len(bench.take().entries))
    return Facts(INPUTS, **results)


def judge(facts: Facts) -> ClaimVerdict:
    """It depends where one of them gains requests and the other none."""
    chat, completions = (each.gather - each.abatch for each in (facts.chat, facts.completions))
    evidence = (
        f"requests for {facts.inputs} inputs, abatch and gather: chat {facts.chat.abatch} and "
        f"{facts.chat.gather}, completions {facts.completions.abatch} and "
        f"{facts.completions.gather}"
    )
    return ClaimVerdict(HOLDS if (chat > 0) != (completions > 0) else FALSE, evidence)
