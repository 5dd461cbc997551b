"""Concurrency is limited with sync calls, and high with async ones."""

from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, total

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.config:get_executor_for_config",
    "langchain_core.runnables.base:Runnable.batch",
)
WAIT = 0.5


async def measure(bench: Bench) -> dict[str, Any]:
    """Count how many calls the server has open at once: by batch, by batch with threads enough, by abatch."""
    inputs, model = bench.pool + 14, bench.model(WAIT)
    prompts, sized = bench.prompts(inputs), {"max_concurrency": inputs}
    await bench.warm(model, inputs)
    results = {"inputs": inputs, "pool": bench.pool}
    model.batch(prompts)
    results["batch"] = bench.take().peak
    model.batch(prompts, sized)
    results["batch_sized"] = bench.take().peak
    await model.abatch(prompts)
    results["abatch"] = bench.take().peak
    return results


@total
def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where the difference is a default, and goes away with threads enough."""
    pool, inputs, plain, sized, other = (
        facts[key] for key in ("pool", "inputs", "batch", "batch_sized", "abatch")
    )
    evidence = (
        f"open at once of {inputs}: batch {plain}, batch with max_concurrency={inputs} {sized}, abatch {other}; "
        f"{pool} threads by default"
    )
    if plain > pool or other <= pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if sized > pool else HOLDS, evidence)
