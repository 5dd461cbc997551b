"""Concurrency is limited with sync calls, and high with async ones."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.config:get_executor_for_config",
    "langchain_core.runnables.base:Runnable.batch",
)
WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Facts:
    """How many calls the server had open at once, in each way."""

    inputs: int
    pool: int
    batch: int
    batch_sized: int
    abatch: int


async def measure(bench: Bench) -> Facts:
    """Count how many calls the server has open at once: by batch, by batch with threads enough, by abatch."""
    inputs, model = bench.pool + 14, bench.model(WAIT)
    prompts, sized = bench.prompts(inputs), {"max_concurrency": inputs}
    await bench.warm(model, inputs)
    model.batch(prompts)
    plain = bench.take().peak
    model.batch(prompts, sized)
    with_threads = bench.take().peak
    await model.abatch(prompts)
    return Facts(inputs, bench.pool, batch=plain, batch_sized=with_threads, abatch=bench.take().peak)


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where the difference is a default, and goes away with threads enough."""
    pool, inputs = facts.pool, facts.inputs
    evidence = (
        f"open at once of {inputs}: batch {facts.batch}, batch with max_concurrency={inputs} "
        f"{facts.batch_sized}, abatch {facts.abatch}; {pool} threads by default"
    )
    if facts.batch > pool or facts.abatch <= pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.batch_sized > pool else HOLDS, evidence)
