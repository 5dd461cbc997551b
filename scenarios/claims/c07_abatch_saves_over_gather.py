"""abatch is more efficient than gather: fewer or cheaper calls of the provider's API."""

import asyncio
from statistics import median

from harness.claims.timing import cpu, elapsed
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, times, total
from harness.report.charts.bars import Bar, Bars

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


def gather(runnable, prompts):
    """Call *runnable* once for each prompt, all at once."""
    return asyncio.gather(*map(runnable.ainvoke, prompts))


async def measure(bench):
    """Count requests and CPU of both for a chain, in turns; and time both on the completions class."""
    chain, older, prompts = bench.chain(), bench.completions(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)
    await bench.warm(older)
    pairs = [(await cpu(chain.abatch(prompts)), await cpu(gather(chain, prompts))) for _ in range(ROUNDS)]
    requests = len(bench.take().entries)
    many = bench.prompts(45)
    return {
        "requests_expected": 2 * ROUNDS * CALLS,
        "requests": requests,
        "cpu_ratio": median(ours / theirs for ours, theirs in pairs),
        "completions_abatch": await elapsed(older.abatch(many)),
        "completions_gather": await elapsed(gather(older, many)),
    }


@total
def judge(facts):
    """False where there are as many requests and as much CPU."""
    ratio, fewer = facts["cpu_ratio"], facts["requests"] < facts["requests_expected"]
    slower = facts["completions_abatch"] / facts["completions_gather"]
    evidence = (
        f"a chain's requests are {'fewer' if fewer else 'as many'}, its CPU {times(ratio)} gather's; completions, "
        f"45 inputs: abatch {ms(facts['completions_abatch'])}, gather {ms(facts['completions_gather'])} "
        f"({times(slower)})"
    )
    if fewer and ratio <= SAVING:
        return Verdict(HOLDS, evidence)
    return Verdict(LIMIT if fewer or ratio <= SAVING else FALSE, evidence)


def charts(facts):
    """Draw both on the completions class."""
    bars = (
        Bar("abatch", facts["completions_abatch"] / 1e6, ideal=WAIT * 1e3),
        Bar("gather", facts["completions_gather"] / 1e6, ideal=WAIT * 1e3),
    )
    return (Bars("abatch-gather", "45 completions, ms", bars, "ms", ideal="one answer"),)
