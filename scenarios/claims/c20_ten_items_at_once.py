"""Ten items are processed in parallel, many times faster than one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long
from overlap.scenarios.claims._steps import SideBySide, inside

SEEDS = ("S2",)
THEME = "waiting side by side"
READING = ("langchain_core.runnables.base:Runnable.abatch",)
WAIT = 0.03


@dataclass(frozen=True, slots=True)
class Items:
    """Times (ns) of the runs of one item and of ten, and how many overlapped."""

    one: list[int]
    ten: list[int]
    peak: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Items whose function awaits, and others whose function blocks."""

    awaiting: Items
    blocking: Items
    peak_of_100: int


async def measure(_bench: Bench) -> Facts:
    """Give ten items to a function that awaits and to one that blocks; count how many overlap."""
    from langchain_core.runnables import RunnableLambda

    async def items(make: Callable[..., Any]) -> Items:
        together = SideBySide()
        runnable = RunnableLambda(make(together))
        one = await runs(lambda: runnable.ainvoke(0), 2)
        return Items(one, await runs(lambda: runnable.abatch([0] * 10), 2), together.peak)

    together = SideBySide()
    await RunnableLambda(together.waits(WAIT)).abatch([0] * 100)
    return Facts(
        awaiting=await items(lambda together: together.waits(WAIT)),
        blocking=await items(lambda together: inside(together.blocks(WAIT))),
        peak_of_100=together.peak,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where it is true of functions that await, and of no others."""
    awaiting, blocking = facts.awaiting, facts.blocking
    evidence = (
        f"of 10 items {awaiting.peak} run at once if the function awaits, {blocking.peak} if it blocks; of 100 "
        f"that await {facts.peak_of_100}. On this machine 10 that await were "
        f"{as_long(awaiting.ten, awaiting.one)} as 1, 10 that block {as_long(blocking.ten, blocking.one)} (2 runs "
        "of each)"
    )
    if awaiting.peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if blocking.peak == 1 else HOLDS, evidence)
