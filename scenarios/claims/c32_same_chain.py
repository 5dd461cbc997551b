"""A chain is defined alike for sync and for async use."""

from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, awaited, outcome, told

SEEDS = ("S0",)
THEME = "names and components"
READING = ("langchain_core.runnables.base:RunnableSequence",)


@dataclass(frozen=True, slots=True)
class Facts:
    """How a call by each method ended, and whether the steps are still the same."""

    came: dict[str, str]
    unchanged: bool


async def measure(bench: Bench) -> Facts:
    """Use one object by all six methods, and see whether it is still what it was."""
    chain = bench.chain()
    before = [id(step) for step in chain.steps]

    async def streamed() -> Any:
        return [piece async for piece in chain.astream("a")]

    by_method = {
        "invoke": outcome(lambda: chain.invoke("a")),
        "batch": outcome(lambda: chain.batch(["a"])),
        "stream": outcome(lambda: list(chain.stream("a"))),
        "ainvoke": await awaited(chain.ainvoke("a")),
        "abatch": await awaited(chain.abatch(["a"])),
        "astream": await awaited(streamed()),
    }
    return Facts(came=by_method, unchanged=before == [id(step) for step in chain.steps])


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the same object serves all of them."""
    by_method, unchanged = facts.came, facts.unchanged
    evidence = (
        f"one prompt | model | parser, its steps {'as before' if unchanged else 'changed'}: {told(by_method)}"
    )
    return ClaimVerdict(HOLDS if unchanged and all(each == OK for each in by_method.values()) else FALSE, evidence)
