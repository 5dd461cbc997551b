"""The steps of a sequence run in order, and the whole of it does not block."""

import asyncio

from harness.claims.timing import stalled
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, total
from scenarios.claims._barrier import SLOW, early, two_steps

SEEDS = ("S1",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:RunnableSequence.ainvoke",
    "langchain_core.runnables.base:RunnableSequence.abatch",
)
INPUTS = 8


async def measure(_bench):
    """Watch one call; then give eight inputs, one of them slow in the first step, to gather and to abatch."""
    found = {"inputs": INPUTS, "slow": round(SLOW * 1e9)}
    chain, events = two_steps()
    await chain.ainvoke(0)
    found["in_order"] = [what for what, _ in events] == ["first ended", "second began"]
    found["stall"] = await stalled(lambda: chain.ainvoke(0), 3)
    for name in ("gather", "abatch"):
        chain, events = two_steps()
        inputs = range(INPUTS)
        await (chain.abatch(list(inputs)) if name == "abatch" else asyncio.gather(*map(chain.ainvoke, inputs)))
        found[f"{name}_early"] = early(events)
    return found


@total
def judge(facts):
    """With a limit where one input of a batch must wait for another one between the steps."""
    others, early_ones = facts["inputs"] - 1, facts["abatch_early"]
    evidence = (
        f"one call: {'in order' if facts['in_order'] else 'out of order'}; with one slow input, "
        f"{facts['gather_early']} of {others} others begin step 2 before it is done with step 1 under gather, "
        f"{early_ones} under abatch"
    )
    if not facts["in_order"] or facts["stall"] >= facts["slow"]:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if early_ones >= others / 2 else LIMIT, evidence)
