"""A synchronous function in an async chain runs in a thread, so it does not block."""

import asyncio
import time

from harness.claims.timing import elapsed, stalled
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, total
from scenarios.claims._steps import blocks

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = ("langchain_core.runnables.config:run_in_executor",)
BLOCK = 0.2


async def measure(_bench):
    """Watch the loop while a plain function blocks; then cancel one, and see whether its thread ends."""
    from langchain_core.runnables import RunnableLambda

    ended = []

    def slow(value):
        time.sleep(BLOCK)
        ended.append(time.monotonic_ns())
        return value

    stall = await stalled(lambda: RunnableLambda(blocks(BLOCK)).ainvoke(0), 3)
    task = asyncio.create_task(RunnableLambda(slow).ainvoke(0))
    await asyncio.sleep(0.05)
    task.cancel()
    returned = await elapsed(asyncio.wait([task]))
    at_return = len(ended)
    await asyncio.sleep(BLOCK + 0.1)
    return {
        "block": round(BLOCK * 1e9),
        "stall": stall,
        "returned": returned,
        "ended_at_return": at_return,
        "ended_later": len(ended),
    }


@total
def judge(facts):
    """With a limit where the loop is free, but the thread cannot be cancelled."""
    runs_on = facts["ended_later"] > facts["ended_at_return"]
    evidence = (
        f"{ms(facts['block'])} in a plain function stall the loop for {ms(facts['stall'])}; cancelled, the call "
        f"returns after {ms(facts['returned'])} and its thread {'runs on to the end' if runs_on else 'stops'}"
    )
    if facts["stall"] > facts["block"] / 2:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if runs_on else HOLDS, evidence)
