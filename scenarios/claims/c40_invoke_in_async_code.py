"""To call invoke in async code is a mistake."""

import asyncio

from harness.claims.timing import elapsed, stalled
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, total

SEEDS = ("S1",)
THEME = "the event loop"
READING = ("langchain_openai.chat_models.base:BaseChatOpenAI._generate",)
CALLS, WAIT = 3, 0.1


async def measure(bench):
    """Gather async functions that call invoke, and others that await ainvoke."""
    chain, prompts = bench.chain(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)

    async def wrong(prompt):  # that it awaits nothing is the mistake
        return chain.invoke(prompt)

    async def watched(call):
        took = await elapsed(asyncio.gather(*map(call, prompts)))
        peak = bench.take().peak
        stall = await stalled(lambda: asyncio.gather(*map(call, prompts)))
        bench.take()
        return {"took": took, "peak": peak, "stall": stall}

    return {"invoke": await watched(wrong), "ainvoke": await watched(chain.ainvoke)}


@total
def judge(facts):
    """A mistake where the calls no longer overlap and the loop stands still."""
    wrong, right = facts["invoke"], facts["ainvoke"]
    evidence = "; ".join(
        f"{CALLS} gathered {name}s: {ms(facts[name]['took'])}, peak {facts[name]['peak']}, loop stalled for "
        f"{ms(facts[name]['stall'])}"
        for name in ("invoke", "ainvoke")
    )
    apart, stands = wrong["peak"] < right["peak"], wrong["stall"] > 2 * right["stall"]
    return Verdict(HOLDS if apart and stands else LIMIT if apart or stands else FALSE, evidence)
