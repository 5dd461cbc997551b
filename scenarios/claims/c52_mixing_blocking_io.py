"""Async functions overlap under abatch, unless blocking I/O is mixed in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long
from overlap.scenarios.claims._steps import SideBySide, inside

SEEDS = ("S1", "S2")
THEME = "waiting side by side"
READING = ("langchain_core.runnables.utils:gather_with_concurrency",)
INPUTS, WAIT = 5, 0.05


@dataclass(frozen=True, slots=True)
class Inputs:
    """Times (ns) of the runs of one input and of five, and how many were inside at once."""

    one: list[int]
    five: list[int]
    peak: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Inputs whose function awaits, and others whose function blocks."""

    awaiting: Inputs
    blocking: Inputs


async def measure(_bench: Bench) -> Facts:
    """Give one and five inputs to an async function that awaits, and to one that blocks."""
    from langchain_core.runnables import RunnableLambda

    results = {}
    for name, put, write in (("awaiting", as_is, SideBySide.waits), ("blocking", inside, SideBySide.blocks)):
        together = SideBySide()
        runnable = RunnableLambda(put(write(together, WAIT)))
        one, five = [await runs(partial(runnable.abatch, [0] * n)) for n in (1, INPUTS)]
        results[name] = Inputs(one, five, together.peak)
    return Facts(**results)


def as_is(step: Callable[..., Any]) -> Any:
    """Return *step* as it is."""
    return step


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the awaiting ones are inside at once, and the blocking ones never two."""
    awaiting, blocking = facts.awaiting, facts.blocking
    evidence = (
        f"of {INPUTS} inputs {awaiting.peak} at once if they await, {blocking.peak} if they block; on this "
        f"machine {INPUTS} were {as_long(awaiting.five, awaiting.one)} as 1 if they await, "
        f"{as_long(blocking.five, blocking.one)} if they block (3 runs of each)"
    )
    if awaiting.peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if blocking.peak == 1 else LIMIT, evidence)
