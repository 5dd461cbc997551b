"""Ten items are processed in parallel, many times faster than one by one."""

import asyncio

from harness.claims.timing import best, elapsed
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, total
from harness.report.figures import number
from scenarios.claims._steps import Together, blocks, inside, waits

SEEDS = ("S2",)
THEME = "waiting side by side"
READING = ("langchain_core.runnables.base:Runnable.abatch",)
WAIT = 0.03


async def measure(_bench):
    """Give ten items to a function that awaits and to one that blocks; count how many of a hundred overlap."""
    from langchain_core.runnables import RunnableLambda

    async def speedup(step):
        runnable = RunnableLambda(step)
        alone = await best(lambda: runnable.ainvoke(0), 2)
        return 10 * alone / await best(lambda: runnable.abatch([0] * 10), 2)

    together = Together()
    await elapsed(RunnableLambda(together.waits(WAIT)).abatch([0] * 100))
    await asyncio.sleep(0)
    return {
        "awaiting": await speedup(waits(WAIT)),
        "blocking": await speedup(inside(blocks(WAIT))),
        "peak_of_100": together.peak,
    }


@total
def judge(facts):
    """With a limit where it is true of functions that await, and of no others."""
    awaiting, blocking = facts["awaiting"], facts["blocking"]
    evidence = (
        f"10 items: {number(awaiting)} times as fast if the function awaits, {number(blocking)} times if it "
        f"blocks; "
        f"of 100 items {facts['peak_of_100']} run at once"
    )
    if awaiting < 3:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if blocking < 2 else HOLDS, evidence)
