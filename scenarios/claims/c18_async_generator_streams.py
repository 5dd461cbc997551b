"""An async generator in a RunnableLambda streams, as a model does."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.harness.report.figures import count
from overlap.scenarios.claims._outcomes import OK, awaited, outcome, told
from overlap.scenarios.claims._streams import arrivals, buffered

SEEDS = ("S2",)
THEME = "streams"
READING = (
    "langchain_core.runnables.base:RunnableLambda._atransform",
    "langchain_core.runnables.base:RunnableLambda.transform",
)
GAP = 0.03


@dataclass(frozen=True, slots=True)
class Facts:
    """When each piece came (ns), what ainvoke answered, and how the other calls ended."""

    first: list[int]
    behind: list[int]
    summed: object
    others: dict[str, str]


async def measure(bench: Bench) -> Facts:
    """Stream an async generator first in a chain and behind a model; call it by every other method."""
    import asyncio

    from langchain_core.runnables import RunnableLambda

    async def words(_: Any) -> AsyncIterator[Any]:
        for word in ("a", "b", "c", "d"):
            yield word
            await asyncio.sleep(GAP)

    def plain(_: Any) -> Iterator[Any]:
        yield from "abcd"

    async def listed(stream: Any) -> Any:
        return [piece async for piece in stream]

    step, behind = RunnableLambda(words), bench.model(GAP, GAP, 6)
    function = behind | RunnableLambda(lambda message: message.content)
    await bench.warm(behind)
    return Facts(
        first=await arrivals(lambda: step.astream("a")),
        behind=await arrivals(lambda: function.astream("a")),
        summed=await step.ainvoke("a"),
        others={
            "stream": outcome(lambda: list(step.stream("a"))),
            "invoke": outcome(lambda: step.invoke("a")),
            "astream of a plain generator": await awaited(listed(RunnableLambda(plain).astream("a"))),
        },
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where it streams, but not everywhere that a model does."""
    first, others = facts.first, facts.others
    behind = "comes whole" if buffered(facts.behind) else "streams"
    evidence = (
        f"astream: {count(len(first), 'piece')}, after {', '.join(map(ms, first))}; {told(others)}; ainvoke "
        f"answers {facts.summed!r}; behind a model a function {behind}"
    )
    if buffered(first):
        return ClaimVerdict(FALSE, evidence)
    limited = buffered(facts.behind) or any(result != OK for result in others.values())
    return ClaimVerdict(LIMIT if limited else HOLDS, evidence)
