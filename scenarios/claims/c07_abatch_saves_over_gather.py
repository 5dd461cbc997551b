"""abatch is more efficient than gather: fewer or cheaper calls of the provider's API."""

import asyncio
from dataclasses import dataclass
from statistics import median
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cpu, runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long, span, times
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.figures import number

SEEDS = ("S0",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.base:RunnableSequence.abatch",
    "langchain_core.language_models.llms:BaseLLM.abatch",
)
CALLS, ROUNDS, WAIT = 24, 7, 0.1
# A saving in CPU that is no more than this is within what two runs of the same thing differ by.
SAVING = 0.75


def gather(runnable: Any, prompts: list[str]) -> Any:
    """Call *runnable* once for each prompt, all at once."""
    return asyncio.gather(*map(runnable.ainvoke, prompts))


@dataclass(frozen=True, slots=True)
class Facts:
    """Requests, ratios of CPU in pairs of runs, and times (ns) and peaks of completions."""

    requests_expected: int
    requests: int
    cpu_ratios: list[float]
    completions_abatch: list[int]
    completions_abatch_peak: int
    completions_gather: list[int]
    completions_gather_peak: int


async def measure(bench: Bench) -> Facts:
    """Count requests and CPU of both for a chain, in turns; and time both on the completions class."""
    chain, older, prompts = bench.chain(), bench.completions(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)
    await bench.warm(older)
    pairs = [(await cpu(chain.abatch(prompts)), await cpu(gather(chain, prompts))) for _ in range(ROUNDS)]
    requests = len(bench.take().entries)
    many = bench.prompts(45)
    return Facts(
        requests_expected=2 * ROUNDS * CALLS,
        requests=requests,
        cpu_ratios=[ours / theirs for ours, theirs in pairs],
        completions_abatch=await runs(lambda: older.abatch(many), 2),
        completions_abatch_peak=bench.take().peak,
        completions_gather=await runs(lambda: gather(older, many), 2),
        completions_gather_peak=bench.take().peak,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where there are as many requests and as much CPU; CPU is saved where every pair of runs says so."""
    ratios, fewer = facts.cpu_ratios, facts.requests < facts.requests_expected
    slower = as_long(facts.completions_abatch, facts.completions_gather)
    evidence = (
        f"a chain's requests are {'fewer' if fewer else 'as many'}; its CPU on this machine is "
        f"{times(median(ratios))} gather's (median of {len(ratios)} pairs, {number(min(ratios))} to "
        f"{number(max(ratios))}); completions, 45 inputs: abatch {span(facts.completions_abatch)} with "
        f"{facts.completions_abatch_peak} open at once, gather {span(facts.completions_gather)} with "
        f"{facts.completions_gather_peak}: abatch is {slower}"
    )
    cheaper = max(ratios) <= SAVING
    if fewer and cheaper:
        return ClaimVerdict(HOLDS, evidence)
    return ClaimVerdict(LIMIT if fewer or cheaper else FALSE, evidence)


def charts(facts: Facts) -> Any:
    """Draw both on the completions class."""
    bars = (
        BarRow("abatch", min(facts.completions_abatch) / 1e6, ideal=WAIT * 1e3),
        BarRow("gather", min(facts.completions_gather) / 1e6, ideal=WAIT * 1e3),
    )
    return (BarChart("abatch-gather", "45 completions, ms", bars, "ms", ideal="one answer"),)
