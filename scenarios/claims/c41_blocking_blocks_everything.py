"""Blocking in an async function blocks everything; awaiting a sleep does not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import stalled
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.scenarios.claims._steps import blocks, burns, inside, waits
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S2",)
THEME = "the event loop"
READING = ("langchain_core.runnables.base:RunnableLambda._ainvoke", "asyncio.events:Handle._run")
BLOCK = 0.15


@dataclass(frozen=True, slots=True)
class Facts:
    """Turns of the loop and its longest stall (ns), by step."""

    block: int
    turns: dict[str, int]
    stalls: dict[str, int]


async def measure(bench: Bench) -> Facts:
    """Watch the loop while a step waits, blocks or computes for the same time in the ways there are."""
    from langchain_core.runnables import RunnableLambda

    model = bench.model(BLOCK)
    model.invoke(bench.prompts(1)[0])
    steps = {
        "await asyncio.sleep": (waits(BLOCK), Turns.while_awaiting, same),
        "time.sleep in a def": (blocks(BLOCK), Turns.during, same),
        "CPU in a def": (burns(BLOCK), Turns.during, same),
        "time.sleep in an async def": (blocks(BLOCK), Turns.during, inside),
        "CPU in an async def": (burns(BLOCK), Turns.during, inside),
        "invoke in an async def": (model.invoke, Turns.during, inside),
    }
    stalls, had = {}, {}
    for name, (step, looked, put) in steps.items():
        async with Turns() as turns:
            await RunnableLambda(put(looked(turns, step))).ainvoke("a")
        had[name] = turns.fewest
        runnable = RunnableLambda(put(step))
        stalls[name] = await stalled(partial(runnable.ainvoke, "a"), 2)
    return Facts(block=round(BLOCK * 1e9), turns=had, stalls=stalls)


def same(step: Callable[..., Any]) -> Any:
    """Return *step* as it is."""
    return step


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the loop has no turn while the function blocks, and has some during a sleep."""
    block, stalls, turns = facts.block, facts.stalls, facts.turns
    blocked, waited = turns["time.sleep in an async def"], turns["await asyncio.sleep"]
    each = ", ".join(f"{name} {turns[name]} ({ms(ns)})" for name, ns in stalls.items())
    evidence = (
        f"turns that the loop had during {ms(block)} of each, and its longest stall on this machine, lesser of "
        f"2 runs: {each}"
    )
    if blocked:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if waited else LIMIT, evidence)


def charts(facts: Facts) -> Any:
    """Draw the stalls."""
    bars = tuple(BarRow(name, ns / 1e6, ideal=BLOCK * 1e3) for name, ns in facts.stalls.items())
    title = f"Longest stall of the loop in {BLOCK * 1e3:g} ms of each, ms"
    return (BarChart("loop-stall", title, bars, "ms", ideal="as long as it takes"),)
