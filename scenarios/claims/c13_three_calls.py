"""Three calls under gather take as long as one of them, in sequence three times as long."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cpu, runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, as_long, ms, span
from overlap.harness.report.charts.bars import BarChart, BarRow

SEEDS = ("S0",)
THEME = "waiting side by side"
READING = ("asyncio:gather", "langchain_core.runnables.base:RunnableSequence.ainvoke")
WAIT, MANY = 0.15, 100


@dataclass(frozen=True, slots=True)
class Facts:
    """Times (ns) of the runs in each way, the most calls open at once, and the CPU time of a call (ns)."""

    wait: int
    sequence: list[int]
    sequence_peak: int
    gather: list[int]
    gather_peak: int
    abatch: list[int]
    abatch_peak: int
    sleep: list[int]
    one_short: list[int]
    many_short: list[int]
    cpu: int


async def measure(bench: Bench) -> Facts:
    """Make three calls one after the other and at once, and count how many are open; then a hundred at once."""
    chain, short = bench.chain(WAIT), bench.chain(0.05)
    await bench.warm(chain, MANY)
    prompts = bench.prompts(MANY)

    async def in_sequence() -> None:
        for prompt in prompts[:3]:
            await chain.ainvoke(prompt)

    def gather(runnable: Any, count: int) -> Any:
        return asyncio.gather(*map(runnable.ainvoke, prompts[:count]))

    return Facts(
        wait=round(WAIT * 1e9),
        sequence=await runs(in_sequence),
        sequence_peak=bench.take().peak,
        gather=await runs(lambda: gather(chain, 3)),
        gather_peak=bench.take().peak,
        abatch=await runs(lambda: chain.abatch(prompts[:3])),
        abatch_peak=bench.take().peak,
        sleep=await runs(lambda: asyncio.gather(*(asyncio.sleep(WAIT) for _ in range(3)))),
        one_short=await runs(lambda: gather(short, 1)),
        many_short=await runs(lambda: gather(short, MANY)),
        cpu=min([await cpu(gather(short, MANY)) for _ in range(2)]) // MANY,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all three wait at once under gather, and one at a time in sequence."""
    gather, sequence = facts.gather_peak, facts.sequence_peak
    evidence = (
        f"of 3 calls {sequence} open at once in sequence, {gather} under gather, {facts.abatch_peak} under "
        f"abatch. On this machine calls of {ms(facts.wait)} took {span(facts.sequence)} in sequence, "
        f"{span(facts.gather)} under gather, {span(facts.abatch)} under abatch; a call takes {ms(facts.cpu)} of "
        f"CPU, which is not shared: {MANY} of 50 ms under gather were "
        f"{as_long(facts.many_short, facts.one_short)} as one"
    )
    if gather == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if gather == 3 and sequence == 1 else LIMIT, evidence)


def charts(facts: Facts) -> Any:
    """Draw the tutorials' bars, as measured."""
    ways = (
        ("in sequence", facts.sequence, 3),
        ("gather", facts.gather, 1),
        ("abatch", facts.abatch, 1),
        ("gather of bare sleeps", facts.sleep, 1),
    )
    bars = tuple(BarRow(name, min(took) / 1e6, ideal=waits * WAIT * 1e3) for name, took, waits in ways)
    return (BarChart("three-calls", f"Three calls of {WAIT * 1e3:g} ms, ms", bars, "ms", ideal="answers alone"),)
