"""To call invoke in async code is a mistake."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import runs, stalled
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms, span
from overlap.harness.report.figures import count
from overlap.scenarios.claims._steps import inside
from overlap.scenarios.claims._turns import Turns

SEEDS = ("S1",)
THEME = "the event loop"
READING = ("langchain_openai.chat_models.base:BaseChatOpenAI._generate",)
CALLS, WAIT = 3, 0.1


@dataclass(frozen=True, slots=True)
class Watched:
    """Calls that were gathered: times of the runs and the longest stall (ns), peak, and turns of the loop."""

    took: list[int]
    peak: int
    turns: int
    stall: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Both kinds of calls."""

    invoke: Watched
    ainvoke: Watched


async def measure(bench: Bench) -> Facts:
    """Gather async functions that call invoke, and others that await ainvoke."""
    chain, prompts = bench.chain(WAIT), bench.prompts(CALLS)
    await bench.warm(chain, CALLS)

    async def watched(make: Callable[..., Any]) -> Watched:
        async with Turns() as turns:
            call = make(turns)
            took = await runs(lambda: asyncio.gather(*map(call, prompts)))
            peak, had = bench.take().peak, turns.fewest
        stall = await stalled(lambda: asyncio.gather(*map(call, prompts)))
        bench.take()
        return Watched(took, peak, had, stall)

    return Facts(
        invoke=await watched(lambda turns: inside(turns.during(chain.invoke))),
        ainvoke=await watched(lambda turns: turns.while_awaiting(chain.ainvoke)),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """A mistake where the calls no longer overlap and the loop stands still."""
    wrong, right = facts.invoke, facts.ainvoke
    evidence = "; ".join(
        f"{CALLS} gathered {name}s: {calls.peak} open at once, the loop had at least "
        f"{count(calls.turns, 'turn')} during each; on this machine {span(calls.took)}, the loop stalled for "
        f"{ms(calls.stall)} in another"
        for name, calls in (("invoke", wrong), ("ainvoke", right))
    )
    apart, stands = wrong.peak < right.peak, wrong.turns == 0 < right.turns
    return ClaimVerdict(HOLDS if apart and stands else LIMIT if apart or stands else FALSE, evidence)
