"""The small examples print what the notebook shows: ASYNC EXECUTION, async pipeline, and a dict of two."""

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S1",)
THEME = "names and components"
READING = (
    "langchain_core.runnables.base:RunnableLambda.ainvoke",
    "langchain_core.runnables.base:RunnableSequence.ainvoke",
    "langchain_core.runnables.base:RunnableParallel.ainvoke",
)
Facts = dict[str, str | dict[str, str | int]]
"""What each of the three answered."""
SHOWN: Facts = {
    "lambda": "ASYNC EXECUTION",
    "sequence": "async pipeline",
    "parallel": {"upper": "ASYNC PARALLEL", "length": 14},
}


async def measure(_bench: Bench) -> Facts:
    """Run a lambda, a sequence and a parallel as the notebook does."""
    from langchain_core.runnables import RunnableLambda, RunnableParallel

    sequence = RunnableLambda(lambda text: text.strip()) | RunnableLambda(lambda text: text.lower())
    parallel = RunnableParallel(
        upper=RunnableLambda(lambda text: text.upper()),
        length=RunnableLambda(lambda text: len(text)),  # noqa: PLW0108  as the notebook writes it
    )
    return {
        "lambda": await RunnableLambda(lambda text: text.upper()).ainvoke("async execution"),
        "sequence": await sequence.ainvoke("  ASYNC PIPELINE "),
        "parallel": await parallel.ainvoke("async parallel"),
    }


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all three are the same."""
    outputs = {name: facts[name] for name in SHOWN}
    same = [name for name, shown in SHOWN.items() if outputs[name] == shown]
    evidence = f"{len(same)} of {len(SHOWN)} as shown: {', '.join(repr(each) for each in outputs.values())}"
    return ClaimVerdict(HOLDS if len(same) == len(SHOWN) else LIMIT if same else FALSE, evidence)
