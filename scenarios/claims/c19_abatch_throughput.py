"""abatch gives lower latency in all and higher throughput."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms, span
from overlap.harness.report.charts.bars import BarChart, BarRow

SEEDS = ("S1",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.config:get_executor_for_config",
)
WAIT = 0.15


@dataclass(frozen=True, slots=True)
class Facts:
    """Times (ns) of the runs in each way, and the most calls open at once."""

    calls: int
    pool: int
    peaks: dict[str, int]
    sequence: list[int]
    batch: list[int]
    batch_sized: list[int]
    gather: list[int]
    abatch: list[int]


async def measure(bench: Bench) -> Facts:
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
    took, peaks = {}, {}
    for name, (start, tries) in ways.items():
        took[name] = await runs(start, tries)
        peaks[name] = bench.take().peak
    return Facts(calls, bench.pool, peaks, **took)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds against calls one by one; with a limit where gather or enough threads have as many open at once."""
    pool, peaks = facts.pool, facts.peaks
    ways = (
        ("one by one", peaks["sequence"], facts.sequence),
        ("batch", peaks["batch"], facts.batch),
        (f"batch with {facts.calls} threads", peaks["batch_sized"], facts.batch_sized),
        ("gather", peaks["gather"], facts.gather),
        ("abatch", peaks["abatch"], facts.abatch),
    )
    each = ", ".join(f"{name} {peak} ({span(took)})" for name, peak, took in ways)
    evidence = f"open at once of {facts.calls} calls of {ms(WAIT * 1e9)}, and time on this machine: {each}"
    if peaks["abatch"] <= peaks["sequence"]:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(
        HOLDS if max(peaks["gather"], peaks["batch_sized"]) <= pool < peaks["abatch"] else LIMIT, evidence
    )


def charts(facts: Facts) -> Any:
    """Draw all five."""
    ways = {
        "one by one": facts.sequence,
        "batch (default threads)": facts.batch,
        "batch (as many threads)": facts.batch_sized,
        "gather": facts.gather,
        "abatch": facts.abatch,
    }
    bars = tuple(BarRow(name, min(took) / 1e6, ideal=WAIT * 1e3) for name, took in ways.items())
    return (
        BarChart(
            "abatch-throughput", f"{facts.calls} calls of {WAIT * 1e3:g} ms, ms", bars, "ms", ideal="one answer"
        ),
    )
