"""Components that support it have astream, which hands out the answer piece by piece."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.figures import count
from overlap.scenarios.claims._streams import arrivals, buffered

SEEDS = ("S0",)
THEME = "streams"
READING = (
    "langchain_core.runnables.base:RunnableLambda._atransform",
    "langchain_core.runnables.base:Runnable.astream",
    "langchain_core.runnables.base:RunnableGenerator.atransform",
)
FIRST, GAP, TOKENS = 0.03, 0.03, 8


@dataclass(frozen=True, slots=True)
class Facts:
    """When each piece came through each kind of step (ns), and how many pieces a plain function streams."""

    steps: dict[str, list[int]]
    plain: int


async def measure(bench: Bench) -> Facts:
    """Stream a model's answer through each kind of step behind it, and through a step that has no stream."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.runnables import RunnableGenerator, RunnableLambda

    async def pieces(message: Any) -> AsyncIterator[Any]:
        yield message.content

    async def piecewise(messages: Any) -> AsyncIterator[Any]:
        async for message in messages:
            yield message.content

    model = bench.model(FIRST, GAP, TOKENS)
    await bench.warm(model)
    chains = {
        "the model alone": model,
        "StrOutputParser": model | StrOutputParser(),
        "RunnableGenerator": model | RunnableGenerator(piecewise),
        "a plain function": model | RunnableLambda(lambda message: message.content),
        "an async generator": model | RunnableLambda(pieces),
    }
    alone = await arrivals(lambda: RunnableLambda(str.upper).astream("a"))
    return Facts(
        steps={name: await arrivals(partial(each.astream, "a")) for name, each in chains.items()},
        plain=len(alone),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where a step that is asked for a stream waits for the whole of it."""
    steps = facts.steps
    whole = [name for name, seen in steps.items() if buffered(seen)]
    first = {name: ms(seen[0]) for name, seen in steps.items()}
    evidence = (
        f"held back until the whole is there by {', '.join(whole) or 'none'}; first piece on this machine after "
        f"{', '.join(f'{name} {time}' for name, time in first.items())}; a plain function alone streams "
        f"{count(facts.plain, 'piece')}"
    )
    if "the model alone" in whole:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if whole else HOLDS, evidence)


def charts(facts: Facts) -> Any:
    """Draw the first piece through each kind of step."""
    bars = tuple(BarRow(name, seen[0] / 1e6, ideal=FIRST * 1e3) for name, seen in facts.steps.items() if seen)
    return (
        BarChart(
            "first-chunk", "First piece through a step behind the model, ms", bars, "ms", ideal="first token"
        ),
    )
