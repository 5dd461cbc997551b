"""gather runs calls at once and answers in the order they were given."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0",)
THEME = "waiting side by side"
READING = ("asyncio:gather",)
CALLS = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """How many calls were open at once, and both orders."""

    peak: int
    ended: list[int]
    answered: list[int]


async def measure(bench: Bench) -> Facts:
    """Give gather the slowest call first; note in which order they end, and in which they are answered."""
    models, ended = [bench.model(0.2 + 0.06 * (CALLS - place)) for place in range(CALLS)], []
    await bench.warm(models[-1], CALLS)

    async def one(place: Any, prompt: str) -> Any:
        await models[place].ainvoke(prompt)
        ended.append(place)
        return place

    answered = await asyncio.gather(*(one(place, prompt) for place, prompt in enumerate(bench.prompts(CALLS))))
    return Facts(peak=bench.take().peak, ended=ended, answered=answered)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all were open at once, and the answers' order is not the one they ended in."""
    ended, answered, peak = facts.ended, facts.answered, facts.peak
    evidence = f"{len(answered)} calls, {peak} open at once; ended in the order {ended}, answered in {answered}"
    if answered != sorted(answered) or peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if peak == len(answered) and ended != answered else LIMIT, evidence)
