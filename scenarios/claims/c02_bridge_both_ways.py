"""LCEL bridges between sync and async by itself, so plain and async functions can be mixed under any call."""

from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, awaited, outcome, told

SEEDS = ("S2",)
THEME = "sync and async together"
READING = (
    "langchain_core.runnables.base:RunnableLambda.invoke",
    "langchain_core.runnables.base:RunnableLambda.ainvoke",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How each call ended, by the method that made it."""

    asynchronous: dict[str, str]
    synchronous: dict[str, str]


async def measure(_bench: Bench) -> Facts:
    """Call one chain of a plain and an async function by its asynchronous and by its synchronous methods."""
    from langchain_core.runnables import RunnableLambda

    async def shout(text: str) -> Any:
        return text.upper()

    mixed = RunnableLambda(str.strip) | RunnableLambda(shout) | RunnableLambda(len)
    asynchronous = {"ainvoke": await awaited(mixed.ainvoke(" a ")), "abatch": await awaited(mixed.abatch([" a "]))}
    synchronous = {"invoke": outcome(lambda: mixed.invoke(" a ")), "batch": outcome(lambda: mixed.batch([" a "]))}
    return Facts(asynchronous=asynchronous, synchronous=synchronous)


def judge(facts: Facts) -> ClaimVerdict:
    """A bridge carries both ways; one way is not what is claimed."""
    ways = (facts.asynchronous, facts.synchronous)
    evidence = f"def and async def in one chain: {told({**ways[0], **ways[1]})}"
    crossed = [all(result == OK for result in way.values()) for way in ways]
    return ClaimVerdict(HOLDS if all(crossed) else FALSE, evidence)
