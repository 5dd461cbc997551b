"""gather runs calls at once and answers in the order they were given."""

import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, total

SEEDS = ("S0",)
THEME = "waiting side by side"
READING = ("asyncio:gather",)
CALLS = 5


async def measure(bench: Bench) -> dict[str, Any]:
    """Give gather the slowest call first; note in which order they end, and in which they are answered."""
    models, ended = [bench.model(0.2 + 0.06 * (CALLS - place)) for place in range(CALLS)], []
    await bench.warm(models[-1], CALLS)

    async def one(place: Any, prompt: str) -> Any:
        await models[place].ainvoke(prompt)
        ended.append(place)
        return place

    answered = await asyncio.gather(*(one(place, prompt) for place, prompt in enumerate(bench.prompts(CALLS))))
    return {"peak": bench.take().peak, "ended": ended, "answered": answered}


@total
def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all were open at once, and the answers' order is not the one they ended in."""
    ended, answered, peak = facts["ended"], facts["answered"], facts["peak"]
    evidence = f"{len(answered)} calls, {peak} open at once; ended in the order {ended}, answered in {answered}"
    if answered != sorted(answered) or peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if peak == len(answered) and ended != answered else LIMIT, evidence)
