"""A synchronous chain may hold async functions: invoke runs them in an event loop of its own."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, outcome, refused, told

SEEDS = ("S2",)
THEME = "sync and async together"
READING = (
    "langchain_core.runnables.base:RunnableLambda.invoke",
    "langchain_core.runnables.base:RunnableLambda.transform",
    "langchain_core.tools.structured:StructuredTool._run",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How each call ended, and one of a step that has a plain function as well."""

    outcomes: dict[str, str]
    both: str


def measure(_bench: Bench) -> Facts:
    """Call an async function through everything that is synchronous."""
    from langchain_core.runnables import RunnableLambda
    from langchain_core.tools import StructuredTool

    async def shout(text: str) -> str:
        """Return in capitals."""
        return text.upper()

    step, tool = RunnableLambda(shout), StructuredTool.from_function(coroutine=shout)
    calls = {
        "invoke": lambda: step.invoke("a"),
        "batch": lambda: step.batch(["a"]),
        "stream": lambda: list(step.stream("a")),
        "a chain's invoke": lambda: (RunnableLambda(str.strip) | step).invoke("a"),
        "an async tool's invoke": lambda: tool.invoke({"text": "a"}),
    }
    both = RunnableLambda(str.upper, afunc=shout)
    return Facts(
        outcomes={name: outcome(call) for name, call in calls.items()},
        both=outcome(lambda: both.invoke("a")),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where all of them run, and is false where none does."""
    outcomes = facts.outcomes
    failed = refused(outcomes)
    evidence = f"{told(outcomes)}; given a plain function as well (func, afunc): {facts.both}"
    if len(failed) == len(outcomes):
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if failed or facts.both != OK else HOLDS, evidence)
