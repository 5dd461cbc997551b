"""The async methods are the sync ones with an "a" in front: ainvoke, abatch, astream."""

import inspect
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import listed

SEEDS = ("S0",)
THEME = "names and components"
READING = ("langchain_core.runnables.base:Runnable",)
NAMES = ("invoke", "batch", "stream")


@dataclass(frozen=True, slots=True)
class Facts:
    """Which methods have a twin, and whether it answers the same."""

    methods: list[str]
    twins: list[str]
    same: dict[str, bool]


async def measure(_bench: Bench) -> Facts:
    """Look for the twins of every public method of Runnable that runs something, and use the three."""
    from langchain_core.runnables import Runnable, RunnableLambda

    async def all_of(stream: Any) -> Any:
        return [piece async for piece in stream]

    runs = [*NAMES, "batch_as_completed", "transform"]
    step = RunnableLambda(str.upper)
    same = {
        "invoke": await step.ainvoke("a") == step.invoke("a"),
        "batch": await step.abatch(["a", "b"]) == step.batch(["a", "b"]),
        "stream": await all_of(step.astream("a")) == list(step.stream("a")),
    }
    twins = [name for name in runs if inspect.isfunction(getattr(Runnable, f"a{name}", None))]
    return Facts(methods=runs, twins=twins, same=same)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all three have a twin that answers the same."""
    same, methods, twins = facts.same, facts.methods, facts.twins
    evidence = (
        f"{len(twins)} of {len(methods)} have one: {listed([f'a{name}' for name in twins], 9)}; "
        f"{sum(same.values())} of {len(same)} answer as their twin does"
    )
    right = [name for name in NAMES if name in twins and same[name]]
    return ClaimVerdict(HOLDS if len(right) == len(NAMES) else LIMIT if right else FALSE, evidence)
