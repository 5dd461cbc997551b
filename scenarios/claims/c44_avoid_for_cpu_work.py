"""Async is to be avoided for work that is bound by the CPU."""

from dataclasses import dataclass
from time import process_time_ns
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cores, cpu, runs, stalled, took
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms, span
from overlap.harness.report.figures import count, number
from overlap.scenarios.claims._steps import burns, inside
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S1",)
THEME = "threads and CPU"
READING = ("langchain_core.runnables.utils:gather_with_concurrency",)
WORK, TASKS, CALLS, PARALLEL = 0.04, 4, 20, 1.3


@dataclass(frozen=True, slots=True)
class Facts:
    """Turns of the loop, and cores kept busy; times, of the clock or of the CPU, are ns."""

    work: int
    turns: int
    one_by_one: list[int]
    abatch: list[int]
    cores: float
    stall: int
    cpu_async: int
    cpu_sync: int


async def measure(bench: Bench) -> Facts:
    """Compute four times by abatch, and one after the other; compare the CPU of a chain's call both ways."""
    from langchain_core.runnables import RunnableLambda

    burn = burns(WORK)
    step, chain = RunnableLambda(inside(burn)), bench.chain()
    prompts = bench.prompts(CALLS)
    await bench.warm(chain)
    chain.invoke(prompts[0])

    async def calls() -> None:
        for prompt in prompts:
            await chain.ainvoke(prompt)

    def plain_calls() -> Any:
        began = process_time_ns()
        for prompt in prompts:
            chain.invoke(prompt)
        return process_time_ns() - began

    async with Turns() as turns:
        await RunnableLambda(inside(turns.during(burn))).abatch([0] * TASKS)
    return Facts(
        work=round(WORK * 1e9),
        turns=turns.fewest,
        one_by_one=[took(lambda: [burn(0) for _ in range(TASKS)]) for _ in range(3)],
        abatch=await runs(lambda: step.abatch([0] * TASKS)),
        cores=await cores(lambda: step.abatch([0] * TASKS)),
        stall=await stalled(lambda: step.abatch([0] * TASKS)),
        cpu_async=min([await cpu(calls()) for _ in range(3)]) // CALLS,
        cpu_sync=min(plain_calls() for _ in range(3)) // CALLS,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where no second core is used, and the loop is kept from everything else."""
    evidence = (
        f"{TASKS} x {ms(facts.work)} of CPU by abatch: {number(facts.cores)} cores busy at the most, "
        f"{count(facts.turns, 'turn')} of the loop during each. On this machine one by one "
        f"{span(facts.one_by_one)}, abatch {span(facts.abatch)}, the loop stalled for {ms(facts.stall)}; CPU of a "
        f"chain's call (least of 3 runs): invoke {ms(facts.cpu_sync)}, ainvoke {ms(facts.cpu_async)}"
    )
    if facts.cores >= PARALLEL:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.turns else HOLDS, evidence)
