"""abatch gives lower latency in all and higher throughput."""

import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, least, ms, span, total
from overlap.harness.report.charts.bars import BarChart, BarRow

SEEDS = ("S1",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.config:get_executor_for_config",
)
WAIT = 0.15


async def measure(bench: Bench) -> dict[str, Any]:
    """Make the same calls one by one, with threads, under gather and by abatch; count how many are open."""
    calls = bench.pool + 10
    chain, prompts, sized = bench.chain(WAIT), bench.prompts(calls), {"max_concurrency": calls}
    await bench.warm(chain, calls)
    chain.batch(prompts, sized)
    bench.take()

    async def one_by_one() -> None:
        for prompt in prompts:
            await chain.ainvoke(prompt)

    async def threads(config: Any = None) -> None:
        chain.batch(prompts, config)

    ways = {
        "sequence": (one_by_one, 1),
        "batch": (threads, 2),
        "batch_sized": (lambda: threads(sized), 3),
        "gather": (lambda: asyncio.gather(*map(chain.ainvoke, prompts)), 3),
        "abatch": (lambda: chain.abatch(prompts), 3),
    }
    facts: dict[str, Any] = {"calls": calls, "pool": bench.pool, "peaks": {}}
    for name, (start, tries) in ways.items():
        facts[name] = await runs(start, tries)
        facts["peaks"][name] = bench.take().peak
    return facts


@total
def judge(facts: Facts) -> ClaimVerdict:
    """It holds against calls one by one; with a limit where gather or enough threads have as many open at once."""
    pool, peaks = facts["pool"], facts["peaks"]
    names = {
        "sequence": "one by one",
        "batch": "batch",
        "batch_sized": f"batch with {facts['calls']} threads",
        "gather": "gather",
        "abatch": "abatch",
    }
    each = ", ".join(f"{name} {peaks[key]} ({span(facts[key])})" for key, name in names.items())
    evidence = f"open at once of {facts['calls']} calls of {ms(WAIT * 1e9)}, and time on this machine: {each}"
    if peaks["abatch"] <= peaks["sequence"]:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(
        HOLDS if max(peaks["gather"], peaks["batch_sized"]) <= pool < peaks["abatch"] else LIMIT, evidence
    )


def charts(facts: Facts) -> Any:
    """Draw all five."""
    names = {
        "sequence": "one by one",
        "batch": "batch (default threads)",
        "batch_sized": "batch (as many threads)",
        "gather": "gather",
        "abatch": "abatch",
    }
    bars = tuple(BarRow(name, least(facts[key]) / 1e6, ideal=WAIT * 1e3) for key, name in names.items())
    return (
        BarChart(
            "abatch-throughput", f"{facts['calls']} calls of {WAIT * 1e3:g} ms, ms", bars, "ms", ideal="one answer"
        ),
    )
