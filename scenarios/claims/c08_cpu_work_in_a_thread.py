"""Blocking CPU work in a plain function goes to a thread by itself, so the event loop stays free."""

import asyncio
import threading

from harness.claims.timing import best, elapsed, stalled
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, times, total
from scenarios.claims._steps import Together, burns

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = (
    "langchain_core.runnables.base:RunnableLambda._ainvoke",
    "langchain_core.runnables.config:run_in_executor",
    "langchain_openai.chat_models.base:BaseChatOpenAI._agenerate",
)
WORK, WAIT = 0.05, 0.02
DELAYED = 2.5


async def measure(bench):
    """Compute in plain functions, as many as there are threads, and make a call of a model beside them."""
    from langchain_core.runnables import RunnableLambda

    together, burn, pool = Together(), burns(WORK), bench.pool

    def counted(value):
        with together:
            return burn(value)

    step, chain = RunnableLambda(counted), bench.chain(WAIT)
    await bench.warm(chain)
    alone = await best(lambda: chain.ainvoke("a"))
    one, four = await best(lambda: step.ainvoke(0)), await best(lambda: step.abatch([0] * 4), 2)
    stall = await stalled(lambda: step.abatch([0] * 4))
    busy = asyncio.create_task(step.abatch([0] * 2 * pool))
    await asyncio.sleep(0.01)
    beside = await elapsed(chain.ainvoke("a"))
    await busy
    own = threading.get_ident() in together.threads
    return {
        "on_loop": own,
        "one": one,
        "four": four,
        "stall": stall,
        "alone": alone,
        "beside": beside,
        "pool": pool,
    }


@total
def judge(facts):
    """False where it blocks the loop all the same, or holds up calls that have nothing to do with it."""
    delay, longer = facts["beside"] / facts["alone"], facts["four"] / facts["one"]
    evidence = (
        f"{2 * facts['pool']} of them computing: a {ms(WAIT * 1e9)} call of a model takes {ms(facts['beside'])}, "
        f"else {ms(facts['alone'])}; 4 take {times(longer)} as long as 1 and stall the loop "
        f"for {ms(facts['stall'])}"
    )
    if facts["on_loop"] or delay >= DELAYED:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if longer >= 2 else HOLDS, evidence)
