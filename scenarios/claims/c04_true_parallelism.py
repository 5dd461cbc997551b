"""With async functions, abatch runs its inputs truly in parallel."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cores, runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long
from overlap.harness.report.figures import count, number
from overlap.scenarios.claims._steps import SideBySide, burns, inside, waits

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = (
    "langchain_core.runnables.utils:gather_with_concurrency",
    "langchain_core.runnables.base:Runnable.abatch",
)
WORK, PARALLEL = 0.03, 1.3


@dataclass(frozen=True, slots=True)
class Facts:
    """Times (ns) of the runs of one input and of four; how many computed at once, on which threads and cores."""

    computing: list[list[int]]
    waiting: list[list[int]]
    peak: int
    threads: int
    cores: float


async def measure(_bench: Bench) -> Facts:
    """Give one and four inputs to a step that computes, and to one that waits."""
    from langchain_core.runnables import RunnableLambda

    together, burn = SideBySide(), burns(WORK)

    def counted(value: Any) -> Any:
        with together:
            return burn(value)

    computing, waiting = RunnableLambda(inside(counted)), RunnableLambda(waits(WORK))
    return Facts(
        computing=[await runs(partial(computing.abatch, [0] * n), 4) for n in (1, 4)],
        waiting=[await runs(partial(waiting.abatch, [0] * n), 4) for n in (1, 4)],
        peak=together.peak,
        threads=len(together.threads),
        cores=await cores(lambda: computing.abatch([0] * 4)),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where no two ever compute at once; with a limit where they take turns on one core."""
    computing, waiting = (as_long(four, one) for one, four in (facts.computing, facts.waiting))
    evidence = (
        f"of 4 inputs that compute at most {facts.peak} did so at once, on {count(facts.threads, 'thread')} and "
        f"{number(facts.cores)} cores at the most. On this machine 4 were {computing} as 1, 4 that wait {waiting} "
        "(4 runs of each)"
    )
    if facts.peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.cores < PARALLEL else HOLDS, evidence)
