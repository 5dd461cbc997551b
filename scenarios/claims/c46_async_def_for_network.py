"""For network calls an async function is to be preferred to a plain one."""

from functools import partial
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, span, total
from overlap.harness.report.figures import count
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = ("langchain_core.runnables.base:RunnableLambda._ainvoke",)
WAIT = 0.04


async def measure(bench: Bench) -> dict[str, Any]:
    """Give three times as many inputs as there are threads to a function that waits, written both ways."""
    from langchain_core.runnables import RunnableLambda

    results: dict[str, Any] = {"inputs": 3 * bench.pool, "pool": bench.pool}
    for name, write in (("async", SideBySide.waits), ("plain", SideBySide.blocks)):
        together = SideBySide()
        step = RunnableLambda(write(together, WAIT))
        took = await runs(partial(step.abatch, [0] * results["inputs"]))
        results[name] = {"took": took, "peak": together.peak, "threads": len(together.threads)}
    return results


@total
def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the plain one has to queue for threads."""
    plain, other = facts["plain"], facts["async"]
    evidence = "; ".join(
        f"{name}: {each['peak']} at once on {count(each['threads'], 'thread')}, {span(each['took'])} on this "
        f"machine"
        for name, each in ((f"{facts['inputs']} calls of an async def", other), ("of a def", plain))
    )
    if other["peak"] <= plain["peak"]:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if plain["peak"] <= facts["pool"] else LIMIT, evidence)
