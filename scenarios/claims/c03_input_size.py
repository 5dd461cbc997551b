"""How long a batch takes does not depend on how many inputs it has."""

from harness.claims.timing import best
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, times, total
from harness.report.charts.lines import Line, Lines
from scenarios.claims._steps import blocks, waits

SEEDS = ("S2",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.utils:gather_with_concurrency",
)
WAIT = 0.05
GROWN = 1.5


async def measure(bench):
    """Time `abatch` over 1 to 400 inputs: of a chain on a model, of a step that sleeps, of one that blocks."""
    from langchain_core.runnables import RunnableLambda

    async def curve(runnable, sizes):
        return [[n, await best(lambda n=n: runnable.abatch(bench.prompts(n)), 2 if n < 400 else 1)] for n in sizes]

    chain = bench.chain(ttft=WAIT)
    await bench.warm(chain, 100)
    pool = bench.pool
    return {
        "pool": pool,
        "chain": await curve(chain, (1, 10, 100, 400)),
        "sleep": await curve(RunnableLambda(waits(WAIT)), (1, 10, 100, 400)),
        "plain": await curve(RunnableLambda(blocks(WAIT)), (1, pool, pool + 1, 4 * pool)),
    }


@total
def judge(facts):
    """False where 100 inputs take half as long again as one."""
    chain, plain, pool = dict(facts["chain"]), dict(facts["plain"]), facts["pool"]
    hundred, many, over = chain[100] / chain[1], chain[400] / chain[1], plain[pool + 1] / plain[1]
    evidence = (
        f"prompt | model | parser: 1 input {ms(chain[1])}, 100 {ms(chain[100])} ({times(hundred)}), "
        f"400 {ms(chain[400])} ({times(many)}); a plain function: {pool} inputs {ms(plain[pool])}, "
        f"{pool + 1} {ms(plain[pool + 1])}"
    )
    if hundred >= GROWN:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if max(many, over) >= GROWN else HOLDS, evidence)


def charts(facts):
    """Draw time against size."""
    names = {"chain": "prompt, model, parser", "plain": "plain function that blocks", "sleep": "async function"}
    lines = tuple(
        Line((name,), tuple((n, ns / 1e6, None, None) for n, ns in facts[key])) for key, name in names.items()
    )
    return (Lines("input-size", "Time of one abatch over its number of inputs, ms", lines, "inputs", "ms"),)
