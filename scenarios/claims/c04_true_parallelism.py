"""With async functions, abatch runs its inputs truly in parallel."""

from harness.claims.timing import best, cores
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, times, total
from harness.report.figures import number
from scenarios.claims._steps import Together, burns, inside, waits

SEEDS = ("S2",)
THEME = "threads and CPU"
READING = (
    "langchain_core.runnables.utils:gather_with_concurrency",
    "langchain_core.runnables.base:Runnable.abatch",
)
WORK, PARALLEL = 0.03, 1.3


async def measure(_bench):
    """Give one and four inputs to a step that computes, and to one that waits."""
    from langchain_core.runnables import RunnableLambda

    together, burn = Together(), burns(WORK)

    def counted(value):
        with together:
            return burn(value)

    computing, waiting = RunnableLambda(inside(counted)), RunnableLambda(waits(WORK))
    return {
        "computing": [await best(lambda n=n: computing.abatch([0] * n), 4) for n in (1, 4)],
        "waiting": [await best(lambda n=n: waiting.abatch([0] * n), 3) for n in (1, 4)],
        "threads": len(together.threads),
        "cores": await cores(lambda: computing.abatch([0] * 4)),
    }


@total
def judge(facts):
    """What is parallel keeps several cores busy when it computes; one thread keeps one busy at the most."""
    computing, waiting = (facts[key][1] / facts[key][0] for key in ("computing", "waiting"))
    evidence = (
        f"4 inputs that compute take {times(computing)} as long as 1, on {facts['threads']} thread and "
        f"{number(facts['cores'])} cores; 4 that wait {times(waiting)}"
    )
    if facts["cores"] < PARALLEL:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if computing < 1.5 else LIMIT, evidence)
