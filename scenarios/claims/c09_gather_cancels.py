"""When one call under gather fails, others may be cancelled, depending on return_exceptions."""

import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict, Facts, total
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


async def measure(bench: Bench) -> dict[str, Any]:
    """Fail under gather in both modes, under a task group, and in a batch of a model's calls."""
    model = bench.model(ttft=0.2)
    await bench.warm(model, 3)
    bench.serve(fault=["status,code=500,tag=000001"])
    raised = await awaited(model.abatch(bench.prompts(3)))
    left_open = 3 - len(bench.take(patience=0).entries)
    await asyncio.sleep(0.3)
    answered = sum(1 for _, each in bench.take().entries if each.status == 200 and not each.disconnected)
    return {
        "plain": await ends_of(asyncio.gather),
        "return_exceptions": await ends_of(lambda *each: asyncio.gather(*each, return_exceptions=True)),
        "task_group": await ends_of(group),
        "abatch": {"raised": raised, "left_open": left_open, "answered": answered},
    }


@total
def judge(facts: Facts) -> ClaimVerdict:
    """False where neither mode cancels anything."""
    cancelled = {mode: facts[mode].count("cancelled") for mode in ("plain", "return_exceptions", "task_group")}
    batch = facts["abatch"]
    evidence = (
        f"cancelled of 2: gather {cancelled['plain']}, with return_exceptions {cancelled['return_exceptions']}, "
        f"TaskGroup {cancelled['task_group']}; abatch raised {batch['raised']} with {batch['left_open']} of 3 "
        f"requests still open, {batch['answered']} were answered"
    )
    return ClaimVerdict(HOLDS if cancelled["plain"] or cancelled["return_exceptions"] else FALSE, evidence)
