"""Async functions overlap under abatch, unless blocking I/O is mixed in."""

from harness.claims.timing import best
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, times, total
from scenarios.claims._steps import blocks, inside, waits

SEEDS = ("S1", "S2")
THEME = "waiting side by side"
READING = ("langchain_core.runnables.utils:gather_with_concurrency",)
INPUTS, WAIT = 5, 0.05


async def measure(_bench):
    """Give one and five inputs to an async function that awaits, and to one that blocks."""
    from langchain_core.runnables import RunnableLambda

    found = {}
    for name, step in (("awaiting", waits(WAIT)), ("blocking", inside(blocks(WAIT)))):
        runnable = RunnableLambda(step)
        one, five = [await best(lambda n=n, r=runnable: r.abatch([0] * n), 2) for n in (1, INPUTS)]
        found[name] = five / one
    return found


@total
def judge(facts):
    """It holds where the blocking ones take one another's time, and the awaiting ones do not."""
    awaiting, blocking = facts["awaiting"], facts["blocking"]
    evidence = (
        f"{INPUTS} inputs take {times(awaiting)} as long as 1 if they await, {times(blocking)} if they block"
    )
    if awaiting >= INPUTS / 2:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if blocking >= INPUTS / 2 else LIMIT, evidence)
