"""When one call under gather fails, others may be cancelled, depending on return_exceptions."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict
from overlap.scenarios.claims._outcomes import awaited

SEEDS = ("S0",)
THEME = "errors and limits"
READING = ("asyncio:gather", "langchain_core.runnables.utils:gather_with_concurrency")


async def ends_of(run: Any) -> Any:
    """Have one call fail under *run* beside two slower ones, and return how those two ended."""
    ends = []

    async def fails() -> None:
        await asyncio.sleep(0.01)
        raise ValueError

    async def sibling() -> None:
        try:
            await asyncio.sleep(0.08)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise
        ends.append("finished")

    await awaited(run(fails(), sibling(), sibling()))
    await asyncio.sleep(0.2)
    return ends


async def group(*coroutines: Any) -> None:
    """Run them in a task group."""
    async with asyncio.TaskGroup() as tasks:
        for each in coroutines:
            tasks.create_task(each)


@dataclass(frozen=True, slots=True)
class FailedBatch:
    """A batch in which one call failed: its error, and what became of the requests."""

    raised: str
    left_open: int
    answered: int


@dataclass(frozen=True, slots=True)
class Facts:
    """How the two slower calls ended, in each mode."""

    plain: list[str]
    return_exceptions: list[str]
    task_group: list[str]
    abatch: FailedBatch


async def measure(bench: Bench) -> Facts:
    """Fail under gather in both modes, under a task group, and in a batch of a model's calls."""
    model = bench.model(ttft=0.2)
    await bench.warm(model, 3)
    bench.serve(fault=["status,code=500,tag=000001"])
    raised = await awaited(model.abatch(bench.prompts(3)))
    left_open = 3 - len(bench.take(patience=0).entries)
    await asyncio.sleep(0.3)
    answered = sum(1 for _, each in bench.take().entries if each.status == 200 and not each.disconnected)
    return Facts(
        plain=await ends_of(asyncio.gather),
        return_exceptions=await ends_of(lambda *each: asyncio.gather(*each, return_exceptions=True)),
        task_group=await ends_of(group),
        abatch=FailedBatch(raised, left_open, answered),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where neither mode cancels anything."""
    modes = (facts.plain, facts.return_exceptions, facts.task_group)
    plain, returning, in_group = (ends.count("cancelled") for ends in modes)
    batch = facts.abatch
    evidence = (
        f"cancelled of 2: gather {plain}, with return_exceptions {returning}, "
        f"TaskGroup {in_group}; abatch raised {batch.raised} with {batch.left_open} of 3 "
        f"requests still open, {batch.answered} were answered"
    )
    return ClaimVerdict(HOLDS if plain or returning else FALSE, evidence)
