"""The steps of a sequence run in order, and the whole of it does not block."""

import asyncio
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
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


@dataclass(frozen=True, slots=True)
class Facts:
    """Turns of the loop, and how many inputs began their second step early."""

    inputs: int
    in_order: bool
    turns: int
    gather_early: int
    abatch_early: int


async def measure(_bench: Bench) -> Facts:
    """Watch one call; then give eight inputs, one of them slow in the first step, to gather and to abatch."""
    chain, events = two_steps()
    await chain.ainvoke(0)
    in_order = [what for what, _ in events] == ["first ended", "second began"]
    async with Turns() as turns:
        await turns.while_awaiting(chain.ainvoke)(0)
    chain, gathered = two_steps()
    await asyncio.gather(*map(chain.ainvoke, range(INPUTS)))
    chain, batched = two_steps()
    await chain.abatch(list(range(INPUTS)))
    return Facts(INPUTS, in_order, turns.fewest, gather_early=early(gathered), abatch_early=early(batched))


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where one input of a batch must wait for another one between the steps."""
    others, early_ones = facts.inputs - 1, facts.abatch_early
    evidence = (
        f"one call: {'in order' if facts.in_order else 'out of order'}, the loop had {count(facts.turns, 'turn')} "
        f"meanwhile; with one slow input, {facts.gather_early} of {others} others begin step 2 before it is done "
        f"with step 1 under gather, {early_ones} under abatch"
    )
    if not facts.in_order or not facts.turns:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if early_ones else LIMIT, evidence)
