"""abatch gives lower latency in all and higher throughput."""

import asyncio

from harness.claims.timing import best, elapsed, took
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, total
from harness.report.charts.bars import Bar, Bars

SEEDS = ("S1",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.config:get_executor_for_config",
)
CALLS, WAIT = 16, 0.08
BETTER = 1.6


async def measure(bench):
    """Make the same calls one by one, with threads, under gather and by abatch."""
    chain, prompts = bench.chain(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)
    sized = {"max_concurrency": CALLS}
    chain.batch(bench.prompts(CALLS), sized)

    async def one_by_one():
        for prompt in prompts:
            await chain.ainvoke(prompt)

    return {
        "sequence": await elapsed(one_by_one()),
        "batch": min(took(lambda: chain.batch(prompts)) for _ in range(2)),
        "batch_sized": min(took(lambda: chain.batch(prompts, sized)) for _ in range(3)),
        "gather": await best(lambda: asyncio.gather(*map(chain.ainvoke, prompts))),
        "abatch": await best(lambda: chain.abatch(prompts)),
    }


@total
def judge(facts):
    """It holds against calls one by one; with a limit where gather or enough threads do as well."""
    names = ("sequence", "batch", "batch_sized", "gather", "abatch")
    sequence, batch, sized, gather, abatch = (facts[name] for name in names)
    evidence = (
        f"{CALLS} calls of {ms(WAIT * 1e9)}: one by one {ms(sequence)}, batch {ms(batch)}, batch with {CALLS} "
        f"threads "
        f"{ms(sized)}, gather {ms(gather)}, abatch {ms(abatch)}"
    )
    if sequence < 2 * abatch:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if min(gather, sized) >= BETTER * abatch else LIMIT, evidence)


def charts(facts):
    """Draw all five."""
    names = {
        "sequence": "one by one",
        "batch": "batch (default threads)",
        "batch_sized": f"batch ({CALLS} threads)",
        "gather": "gather",
        "abatch": "abatch",
    }
    bars = tuple(Bar(name, facts[key] / 1e6, ideal=WAIT * 1e3) for key, name in names.items())
    return (Bars("abatch-throughput", f"{CALLS} calls of {WAIT * 1e3:g} ms, ms", bars, "ms", ideal="one answer"),)
