"""Whether abatch gains anything over gather depends on whether the service takes batches."""

import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict, Facts, total

SEEDS = ("S0",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_openai.llms.base:BaseOpenAI._agenerate",
)
INPUTS = 20


async def measure(bench: Bench) -> dict[str, Any]:
    """Count the requests of both, for a service that takes one input a request and for one that takes lists."""
    results: dict[str, Any] = {"inputs": INPUTS}
    for name, model in (("chat", bench.model()), ("completions", bench.completions())):
        await bench.warm(model)
        prompts = bench.prompts(INPUTS)
        await model.abatch(prompts)
        batch = len(bench.take().entries)
        await asyncio.gather(*map(model.ainvoke, prompts))
        results[name] = {"abatch": batch, "gather": len(bench.take().entries)}
    return results


@total
def judge(facts: Facts) -> ClaimVerdict:
    """It depends where one of them gains requests and the other none."""
    saved = {name: facts[name]["gather"] - facts[name]["abatch"] for name in ("chat", "completions")}
    evidence = (
        f"requests for {facts['inputs']} inputs, abatch and gather: chat {facts['chat']['abatch']} and "
        f"{facts['chat']['gather']}, completions {facts['completions']['abatch']} and "
        f"{facts['completions']['gather']}"
    )
    return ClaimVerdict(HOLDS if (saved["chat"] > 0) != (saved["completions"] > 0) else FALSE, evidence)
