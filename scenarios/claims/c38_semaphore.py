"""A semaphore limits how many calls run at once."""

import asyncio
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0",)
THEME = "errors and limits"
READING = ("asyncio:Semaphore", "langchain_core.runnables.utils:gather_with_concurrency")
CALLS, CAP, WAIT = 20, 4, 0.1


@dataclass(frozen=True, slots=True)
class Facts:
    """How many calls the server had open at once under each limit."""

    semaphore: int
    max_concurrency: int
    unlimited: int


async def measure(bench: Bench) -> Facts:
    """Count at the server what a semaphore, max_concurrency and no limit let through."""
    chain, prompts, gate = bench.chain(WAIT), bench.prompts(CALLS), asyncio.Semaphore(CAP)
    await bench.warm(chain, CALLS)

    async def one(prompt: str) -> None:
        async with gate:
            await chain.ainvoke(prompt)

    await asyncio.gather(*map(one, prompts))
    semaphore = bench.take().peak
    await chain.abatch(prompts, {"max_concurrency": CAP})
    built_in = bench.take().peak
    await asyncio.gather(*map(chain.ainvoke, prompts))
    return Facts(semaphore=semaphore, max_concurrency=built_in, unlimited=bench.take().peak)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the server never saw more, and would have seen more without."""
    semaphore, built_in, free = facts.semaphore, facts.max_concurrency, facts.unlimited
    evidence = (
        f"peak at the server of {CALLS} calls: Semaphore({CAP}) {semaphore}, max_concurrency={CAP} {built_in}, "
        f"without either {free}"
    )
    if semaphore > CAP:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if semaphore < free else LIMIT, evidence)
