"""The branches of a RunnableParallel execute concurrently."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long
from overlap.scenarios.claims._steps import SideBySide, waits

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = ("langchain_core.runnables.base:RunnableParallel.ainvoke",)
WAIT = 0.05


@dataclass(frozen=True, slots=True)
class Facts:
    """Times (ns) of the runs, and how many branches were at work at once."""

    pool: int
    one: list[int]
    three: list[int]
    plain: list[int]
    peak_of_3: int
    peak_of_plain: int
    peak_of_8_limited_to_2: int


async def measure(bench: Bench) -> Facts:
    """Run async branches, twice as many plain ones as there are threads, and eight under a limit of two."""
    from langchain_core.runnables import RunnableLambda, RunnableParallel

    def branches(step: Callable[..., Any], count: int) -> Any:
        return RunnableParallel({f"b{number}": RunnableLambda(step) for number in range(count)})

    waiting, blocking, capped = SideBySide(), SideBySide(), SideBySide()
    one, three = branches(waits(WAIT), 1), branches(waiting.waits(WAIT), 3)
    plain = branches(blocking.blocks(WAIT), 2 * bench.pool)
    await branches(capped.waits(WAIT), 8).ainvoke(0, {"max_concurrency": 2})
    return Facts(
        pool=bench.pool,
        one=await runs(lambda: one.ainvoke(0)),
        three=await runs(lambda: three.ainvoke(0)),
        plain=await runs(lambda: plain.ainvoke(0)),
        peak_of_3=waiting.peak,
        peak_of_plain=blocking.peak,
        peak_of_8_limited_to_2=capped.peak,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where plain branches queue for threads, or max_concurrency is not kept."""
    pool, one, peak = facts.pool, facts.one, facts.peak_of_8_limited_to_2
    evidence = (
        f"of 3 async branches {facts.peak_of_3} at once, of {2 * pool} plain ones {facts.peak_of_plain}, of 8 "
        f"with max_concurrency=2 {peak}. On this machine 3 were {as_long(facts.three, one)} as 1, {2 * pool} "
        f"plain ones {as_long(facts.plain, one)} (3 runs of each)"
    )
    if facts.peak_of_3 == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.peak_of_plain <= pool or peak > 2 else HOLDS, evidence)
