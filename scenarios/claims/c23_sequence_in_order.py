"""The steps of a sequence run in order, and the whole of it does not block."""

import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, total
from overlap.harness.report.figures import count
from overlap.scenarios.claims._barrier import early, two_steps
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S1",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:RunnableSequence.ainvoke",
    "langchain_core.runnables.base:RunnableSequence.abatch",
)
INPUTS = 8


async def measure(_bench: Bench) -> dict[str, Any]:
    """Watch one call; then give eight inputs, one of them slow in the first step, to gather and to abatch."""
    results = {"inputs": INPUTS}
    chain, events = two_steps()
    await chain.ainvoke(0)
    results["in_order"] = [what for what, _ in events] == ["first ended", "second began"]
    async with Turns() as turns:
        await turns.while_awaiting(chain.ainvoke)(0)
    results["turns"] = turns.fewest
    for name in ("gather", "abatch"):
        chain, events = two_steps()
        inputs = range(INPUTS)
        await (chain.abatch(list(inputs)) if name == "abatch" else asyncio.gather(*map(chain.ainvoke, inputs)))
        results[f"{name}_early"] = early(events)
    return results


@total
def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where one input of a batch must wait for another one between the steps."""
    others, early_ones = facts["inputs"] - 1, facts["abatch_early"]
    evidence = (
        f"one call: {'in order' if facts['in_order'] else 'out of order'}, the loop had "
        f"{count(facts['turns'], 'turn')} "
        f"meanwhile; with one slow input, "
        f"{facts['gather_early']} of {others} others begin step 2 before it is done with step 1 under gather, "
        f"{early_ones} under abatch"
    )
    if not facts["in_order"] or not facts["turns"]:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if early_ones else LIMIT, evidence)
