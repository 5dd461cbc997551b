"""For network calls an async function is to be preferred to a plain one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, span
from overlap.harness.report.figures import count
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = ("langchain_core.runnables.base:RunnableLambda._ainvoke",)
WAIT = 0.04


@dataclass(frozen=True, slots=True)
class Calls:
    """Times (ns) of the runs, how many calls ran at once, and on how many threads."""

    took: list[int]
    peak: int
    threads: int


Facts = TypedDict("Facts", {"inputs": int, "pool": int, "async": Calls, "plain": Calls})
"""The function written both ways; `async` is no name that a field could have."""


async def measure(bench: Bench) -> Facts:
    """Give three times as many inputs as there are threads to a function that waits, written both ways."""
    from langchain_core.runnables import RunnableLambda

    inputs = 3 * bench.pool

    async def calls(write: Callable[[SideBySide, float], Any]) -> Calls:
        together = SideBySide()
        step = RunnableLambda(write(together, WAIT))
        took = await runs(lambda: step.abatch([0] * inputs))
        return Calls(took, together.peak, len(together.threads))

    return {
        "inputs": inputs,
        "pool": bench.pool,
        "async": await calls(SideBySide.waits),
        "plain": await calls(SideBySide.blocks),
    }


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the plain one has to queue for threads."""
    plain, other = facts["plain"], facts["async"]
    evidence = "; ".join(
        f"{name}: {each.peak} at once on {count(each.threads, 'thread')}, {span(each.took)} on this machine"
        for name, each in ((f"{facts['inputs']} calls of an async def", other), ("of a def", plain))
    )
    if other.peak <= plain.peak:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if plain.peak <= facts["pool"] else LIMIT, evidence)
