"""The branches of a RunnableParallel execute concurrently."""

from harness.claims.timing import best, elapsed
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, times, total
from scenarios.claims._steps import Together, blocks, waits

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = ("langchain_core.runnables.base:RunnableParallel.ainvoke",)
WAIT = 0.05


async def measure(bench):
    """Run async branches, twice as many plain ones as there are threads, and eight under a limit of two."""
    from langchain_core.runnables import RunnableLambda, RunnableParallel

    def branches(step, count):
        return RunnableParallel({f"b{number}": RunnableLambda(step) for number in range(count)})

    one, three = branches(waits(WAIT), 1), branches(waits(WAIT), 3)
    plain, together = branches(blocks(WAIT), 2 * bench.pool), Together()
    limited = branches(together.waits(WAIT), 8)
    await limited.ainvoke(0, {"max_concurrency": 2})
    alone = await best(lambda: one.ainvoke(0))
    return {
        "pool": bench.pool,
        "three_to_one": await best(lambda: three.ainvoke(0)) / alone,
        "plain_to_one": await elapsed(plain.ainvoke(0)) / alone,
        "peak_of_8_limited_to_2": together.peak,
    }


@total
def judge(facts):
    """With a limit where plain branches queue for threads, or max_concurrency is not kept."""
    three, plain, peak = facts["three_to_one"], facts["plain_to_one"], facts["peak_of_8_limited_to_2"]
    evidence = (
        f"3 async branches take {times(three)} as long as 1; {2 * facts['pool']} plain ones {times(plain)}; "
        f"8 with max_concurrency=2: {peak} at once"
    )
    if three >= 2:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if plain >= 1.5 or peak > 2 else HOLDS, evidence)
