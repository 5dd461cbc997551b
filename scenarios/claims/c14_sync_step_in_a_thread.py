"""A step that has only a synchronous invoke is run in a pool of threads, at some overhead."""

import threading
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cpu
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, us
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S0",)
THEME = "threads and CPU"
READING = (
    "langchain_core.runnables.base:Runnable.ainvoke",
    "langchain_core.runnables.config:run_in_executor",
)
CALLS = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """Trips to a thread, how many ran at once, and the CPU time of a call (ns)."""

    inputs: int
    hops: int
    pool: int
    peak: int
    on_loop: bool
    cpu_plain: int
    cpu_async: int


async def measure(bench: Bench) -> Facts:
    """Count threads and trips of plain functions; compare the CPU of a plain and of an async one."""
    from langchain_core.runnables import RunnableLambda

    async def nothing(value: Any) -> Any:
        return value

    async def repeated(step: RunnableLambda[Any, Any]) -> None:
        for _ in range(CALLS):
            await step.ainvoke(0)

    together, plain, before = SideBySide(), RunnableLambda(lambda value: value), bench.hops
    inputs = 3 * bench.pool
    await RunnableLambda(together.blocks(0.02)).abatch([0] * inputs)
    hops = bench.hops - before
    return Facts(
        inputs=inputs,
        hops=hops,
        pool=bench.pool,
        peak=together.peak,
        on_loop=threading.get_ident() in together.threads,
        cpu_plain=min([await cpu(repeated(plain)) for _ in range(3)]) // CALLS,
        cpu_async=min([await cpu(repeated(RunnableLambda(nothing))) for _ in range(3)]) // CALLS,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """The limit is the pool: no more run at once than the loop's default executor has threads."""
    evidence = (
        f"{facts.inputs} calls of a plain function: {facts.hops} trips to the loop's default executor, "
        f"{facts.peak} at once; CPU a call on this machine (least of 3 runs): def {us(facts.cpu_plain)}, "
        f"async def {us(facts.cpu_async)}"
    )
    if facts.on_loop:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.peak <= facts.pool < facts.inputs else HOLDS, evidence)
