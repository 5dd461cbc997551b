"""abatch answers in the order of its inputs, so both can be zipped."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0", "S1")
THEME = "batches"
READING = ("langchain_core.runnables.base:Runnable.abatch",)
INPUTS = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """Both orders of the inputs."""

    answered: list[int]
    ended: list[int]


async def measure(_bench: Bench) -> Facts:
    """Have the first input take longest, and the last one shortest."""
    from langchain_core.runnables import RunnableLambda

    ended = []

    async def slowest_first(place: Any) -> Any:
        await asyncio.sleep(0.04 * (INPUTS - place))
        ended.append(place)
        return place

    return Facts(answered=await RunnableLambda(slowest_first).abatch(list(range(INPUTS))), ended=ended)


def judge(facts: Facts) -> ClaimVerdict:
    """It says something only where they did not end in that order."""
    answered, ended = facts.answered, facts.ended
    evidence = f"ended in the order {ended}, answered in {answered}"
    if answered != sorted(answered):
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if ended != answered else LIMIT, evidence)
