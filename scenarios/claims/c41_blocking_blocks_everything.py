"""Blocking in an async function blocks everything; awaiting a sleep does not."""

from harness.claims.timing import stalled
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, total
from harness.report.charts.bars import Bar, Bars
from scenarios.claims._steps import blocks, burns, inside, waits

SEEDS = ("S2",)
THEME = "the event loop"
READING = ("langchain_core.runnables.base:RunnableLambda._ainvoke", "asyncio.events:Handle._run")
BLOCK = 0.15


async def measure(bench):
    """Watch the loop while a step waits, blocks or computes for the same time in the ways there are."""
    from langchain_core.runnables import RunnableLambda

    model = bench.model(BLOCK)
    model.invoke(bench.prompts(1)[0])
    steps = {
        "await asyncio.sleep": waits(BLOCK),
        "time.sleep in a def": blocks(BLOCK),
        "CPU in a def": burns(BLOCK),
        "time.sleep in an async def": inside(blocks(BLOCK)),
        "CPU in an async def": inside(burns(BLOCK)),
        "invoke in an async def": inside(model.invoke),
    }
    runnables = {name: RunnableLambda(step) for name, step in steps.items()}
    stalls = {name: await stalled(lambda r=r: r.ainvoke("a"), 2) for name, r in runnables.items()}
    return {"block": round(BLOCK * 1e9), "stalls": stalls}


@total
def judge(facts):
    """It holds where the loop stands still for as long as the function blocks, and does not for a sleep."""
    block, stalls = facts["block"], facts["stalls"]
    blocked, waited = stalls["time.sleep in an async def"], stalls["await asyncio.sleep"]
    evidence = f"{ms(block)} of each stall the loop for: {', '.join(f'{n} {ms(ns)}' for n, ns in stalls.items())}"
    if blocked < block / 2:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if waited < block / 2 else LIMIT, evidence)


def charts(facts):
    """Draw the stalls."""
    bars = tuple(Bar(name, ns / 1e6, ideal=BLOCK * 1e3) for name, ns in facts["stalls"].items())
    title = f"Longest stall of the loop in {BLOCK * 1e3:g} ms of each, ms"
    return (Bars("loop-stall", title, bars, "ms", ideal="as long as it takes"),)
