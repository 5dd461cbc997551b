"""Blocking CPU work in a plain function goes to a thread by itself, so the event loop stays free."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cores, elapsed, runs, stalled
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long, ms, span
from overlap.harness.report.figures import number
from overlap.scenarios.claims._steps import SideBySide, burns

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = (
    "langchain_core.runnables.base:RunnableLambda._ainvoke",
    "langchain_core.runnables.config:run_in_executor",
    "langchain_openai.chat_models.base:BaseChatOpenAI._agenerate",
)
WORK, WAIT = 0.05, 0.02
PARALLEL = 1.3


@dataclass(frozen=True, slots=True)
class Facts:
    """Times are ns; `ended_before` counts the computations that ended before the call beside them."""

    on_loop: bool
    one: list[int]
    four: list[int]
    cores: float
    stall: int
    alone: list[int]
    beside: int
    ended_before: int
    pool: int


async def measure(bench: Bench) -> Facts:
    """Compute in plain functions, twice as many as there are threads, and make a call of a model beside them."""
    from langchain_core.runnables import RunnableLambda

    together, burn, pool, ended = SideBySide(), burns(WORK), bench.pool, []

    def counted(value: Any) -> Any:
        with together:
            result = burn(value)
        ended.append(value)
        return result

    step, chain = RunnableLambda(counted), bench.chain(WAIT)
    await bench.warm(chain)
    alone = await runs(lambda: chain.ainvoke("a"))
    one, four = await runs(lambda: step.ainvoke(0)), await runs(lambda: step.abatch([0] * 4))
    used = await cores(lambda: step.abatch([0] * 4), 2)
    stall = await stalled(lambda: step.abatch([0] * 4))
    ended.clear()
    busy = asyncio.create_task(step.abatch([0] * 2 * pool))
    await asyncio.sleep(0.01)
    beside = await elapsed(chain.ainvoke("a"))
    before = len(ended)
    await busy
    return Facts(
        on_loop=threading.get_ident() in together.threads,
        one=one,
        four=four,
        cores=used,
        stall=stall,
        alone=alone,
        beside=beside,
        ended_before=before,
        pool=pool,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where it blocks the loop all the same, or a call must wait until a thread is free again."""
    pool, before = facts.pool, facts.ended_before
    evidence = (
        f"{2 * pool} of them computing on {pool} threads: a call of a model ended only after {before} of them. On "
        f"this machine it took {ms(facts.beside)} in 1 run, else {span(facts.alone)}; 4 of them were "
        f"{as_long(facts.four, facts.one)} as 1, on {number(facts.cores)} cores at the most, and stalled the loop "
        f"for {ms(facts.stall)}"
    )
    # Work that queues behind all of them begins when as many have ended as had to queue, and one more.
    if facts.on_loop or before > pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.cores < PARALLEL else HOLDS, evidence)
