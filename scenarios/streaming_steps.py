"""Which steps behind a model let its stream through, and which hold it until the end?"""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import listed
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import difference, in_each, planned, span, variants, with_interval
from overlap.scenarios._langchain import model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "streaming_steps"
MODEL, PARSER, GENERATOR = "model", "StrOutputParser", "RunnableGenerator"
LAMBDA, YIELDING = "RunnableLambda", "RunnableLambda of an async generator"

PLAN = (
    Plan(
        strategies=("astream_many",),
        clients=("langchain",),
        concurrency=(4,),
        waves=2,
        rounds=3,
        profile="steady,ttft=0.02,itl=0.01",
        tokens=21,
        variants=(MODEL, PARSER, GENERATOR, LAMBDA, YIELDING),
    ),
)


async def shouted(message: Any) -> str:
    """Turn a whole answer to upper case."""
    return str(message.content).upper()


async def shouted_at_the_end(message: Any) -> AsyncIterator[str]:
    """Yield a whole answer word by word, once it is there."""
    for word in message.content.upper().split():
        yield word


async def shouting(chunks: AsyncIterator[Any]) -> AsyncIterator[str]:
    """Turn every chunk to upper case as it comes."""
    async for chunk in chunks:
        yield chunk.content.upper()


def build(client: Any, _endpoint: Endpoint, variant: str) -> Any:
    """Build the model with one step behind it."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.runnables import RunnableGenerator, RunnableLambda

    steps: dict[str, Callable[[], Any]] = {
        PARSER: StrOutputParser,
        GENERATOR: lambda: RunnableGenerator(shouting),
        LAMBDA: lambda: RunnableLambda(shouted),
        YIELDING: lambda: RunnableLambda(shouted_at_the_end),
    }
    return model(client) | steps[variant]()


VARIANTS: dict[str, Builder] = {
    MODEL: lambda client, _endpoint: model(client),
    **{name: partial(build, variant=name) for name in (PARSER, GENERATOR, LAMBDA, YIELDING)},
}


# Half of the answer's time lies between "as it comes" and "at the end".
HELD = 100_000_000  # ns


def answer(summary: Summary) -> str | None:
    """Say when the first chunk of an answer arrives behind each kind of step."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    bare = by_variant.get(MODEL)
    if bare is None or "ttft.p50" not in bare.metrics:
        return None
    later = {
        name: difference(summary, cell, bare, "ttft.p50") for name, cell in by_variant.items() if name != MODEL
    }
    first = "; ".join(f"{name} {with_interval(cell, 'ttft.p50')}" for name, cell in by_variant.items())
    return f"{_held(later)}. First chunk of a stream{_planned(summary, bare)}: {first}."


def _planned(summary: Summary, bare: CellSummary) -> str:
    """Write when the server planned the first token and the last; "" where that is not known."""
    plan_times = planned(summary, [bare])
    if not plan_times:
        return ""
    return f" that begins after {span(*plan_times[:2])} and ends after {span(*plan_times[2:])}"


def _held(later: dict[str, Estimate | None]) -> str:
    """Say by the whole interval of how much *later* a first chunk comes which steps hold a stream back."""
    if not later:
        return "No step behind the model was measured"
    held = [name for name, more in later.items() if more and more.low is not None and more.low > HELD]
    through = [name for name, more in later.items() if more and more.high is not None and more.high < HELD]
    open_ = [name for name in later if name not in {*held, *through}]
    parts = [
        f"{listed(held)} {'holds' if len(held) == 1 else 'hold'} it back by more than 100 ms" if held else "",
        f"{listed(through)} {'does' if len(through) == 1 else 'do'} not hold it back by 100 ms" if through else "",
        f"of {listed(open_)} it is not shown whether it is held back by 100 ms" if open_ else "",
    ]
    return "; ".join(filter(None, parts))


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
