"""A synchronous function in an async chain runs in a thread, so it does not block."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import elapsed, stalled
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.harness.report.figures import count
from overlap.scenarios.claims._steps import blocks
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = ("langchain_core.runnables.config:run_in_executor",)
BLOCK = 0.2


@dataclass(frozen=True, slots=True)
class Facts:
    """Turns of the loop and threads that ended; times are ns."""

    block: int
    turns: int
    stall: int
    returned: int
    ended_at_return: int
    ended_later: int


async def measure(_bench: Bench) -> Facts:
    """Watch the loop while a plain function blocks; then cancel one, and see whether its thread ends."""
    from langchain_core.runnables import RunnableLambda

    ended = []

    def slow(value: Any) -> Any:
        time.sleep(BLOCK)
        ended.append(time.monotonic_ns())
        return value

    async with Turns() as turns:
        await RunnableLambda(turns.during(blocks(BLOCK))).ainvoke(0)
    stall = await stalled(lambda: RunnableLambda(blocks(BLOCK)).ainvoke(0), 3)
    task = asyncio.create_task(RunnableLambda(slow).ainvoke(0))
    await asyncio.sleep(0.05)
    task.cancel()
    returned = await elapsed(asyncio.wait([task]))
    at_return = len(ended)
    await asyncio.sleep(BLOCK + 0.1)
    return Facts(
        block=round(BLOCK * 1e9),
        turns=turns.fewest,
        stall=stall,
        returned=returned,
        ended_at_return=at_return,
        ended_later=len(ended),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where the loop is free, but the thread cannot be cancelled."""
    runs_on = facts.ended_later > facts.ended_at_return
    evidence = (
        f"while a plain function blocks for {ms(facts.block)} the loop has {count(facts.turns, 'turn')}, and "
        f"stalls on this machine for {ms(facts.stall)} (least of 3 runs); cancelled, the call returns after "
        f"{ms(facts.returned)} and its thread {'runs on to the end' if runs_on else 'stops'}"
    )
    if not facts.turns:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if runs_on else HOLDS, evidence)
