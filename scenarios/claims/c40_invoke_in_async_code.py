"""To call invoke in async code is a mistake."""

import asyncio
from collections.abc import Callable
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs, stalled
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, ms, span, total
from overlap.harness.report.figures import count
from overlap.scenarios.claims._steps import inside
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S1",)
THEME = "the event loop"
READING = ("langchain_openai.chat_models.base:BaseChatOpenAI._generate",)
CALLS, WAIT = 3, 0.1


async def measure(bench: Bench) -> dict[str, Any]:
    """Gather async functions that call invoke, and others that await ainvoke."""
    chain, prompts = bench.chain(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)

    async def watched(make: Callable[..., Any]) -> Any:
        async with Turns() as turns:
            call = make(turns)
            took = await runs(lambda: asyncio.gather(*map(call, prompts)))
            peak, had = bench.take().peak, turns.fewest
        stall = await stalled(lambda: asyncio.gather(*map(call, prompts)))
        bench.take()
        return {"took": took, "peak": peak, "turns": had, "stall": stall}

    return {
        "invoke": await watched(lambda turns: inside(turns.during(chain.invoke))),
        "ainvoke": await watched(lambda turns: turns.while_awaiting(chain.ainvoke)),
    }


@total
def judge(facts: Facts) -> ClaimVerdict:
    """A mistake where the calls no longer overlap and the loop stands still."""
    wrong, right = facts["invoke"], facts["ainvoke"]
    evidence = "; ".join(
        f"{CALLS} gathered {name}s: {facts[name]['peak']} open at once, the loop had at least "
        f"{count(facts[name]['turns'], 'turn')} during each; on this machine {span(facts[name]['took'])}, the "
        f"loop "
        f"stalled for {ms(facts[name]['stall'])} in another"
        for name in ("invoke", "ainvoke")
    )
    apart, stands = wrong["peak"] < right["peak"], wrong["turns"] == 0 < right["turns"]
    return ClaimVerdict(HOLDS if apart and stands else LIMIT if apart or stands else FALSE, evidence)
