"""Do the branches of a RunnableParallel run at once, and does max_concurrency hold them back?"""

from typing import TYPE_CHECKING, Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import counted, in_each, ratios, variants, verdict, versus, with_interval
from overlap.scenarios._langchain import model, step
from overlap.scenarios._questions import questions as prompts

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "parallel"
AT_ONCE, IN_TURN, LIMITED = "RunnableParallel", "one after another", "RunnableParallel, max_concurrency=1"
PROMPTS = {"summary": "Summarise: {text}", "title": "Find a title for: {text}", "mood": "Tell the mood of: {text}"}

PLAN = (
    Plan(
        strategies=("ainvoke",),
        clients=("langchain",),
        concurrency=(1,),
        calls=3,
        rounds=3,
        profile="steady,ttft=0.1,itl=0",
        variants=(AT_ONCE, IN_TURN, LIMITED),
    ),
)


def branches(client: Any) -> "dict[str, Runnable[str, BaseMessage]]":
    """Build the three branches: a prompt and the model each."""
    from langchain_core.prompts import PromptTemplate

    return {name: PromptTemplate.from_template(words) | model(client) for name, words in PROMPTS.items()}


def side_by_side(client: Any, _endpoint: Endpoint) -> Any:
    """Build the branches upon one input, all at once."""
    from langchain_core.runnables import RunnableParallel

    return RunnableParallel(branches(client))


def limited(client: Any, endpoint: Endpoint) -> Any:
    """Build the branches side by side, with a limit of one."""
    return side_by_side(client, endpoint).with_config(max_concurrency=1)


def in_turn(client: Any, _endpoint: Endpoint) -> Any:
    """Build the branches one after another."""
    parts = branches(client)

    async def awaited(text: str) -> "dict[str, BaseMessage]":
        return {name: await branch.ainvoke(text) for name, branch in parts.items()}

    return step(lambda text: {name: branch.invoke(text) for name, branch in parts.items()}, awaited)


VARIANTS = {AT_ONCE: side_by_side, IN_TURN: in_turn, LIMITED: limited}


def answer(summary: Summary) -> str | None:
    """Say how long three branches take each way, and how many requests the server saw at once."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    at_once, in_turn, limited = (by_variant.get(name) for name in (AT_ONCE, IN_TURN, LIMITED))
    factors = ratios(summary, {IN_TURN: (in_turn, at_once), LIMITED: (limited, at_once)}, "e2e.p50")
    if not at_once or not in_turn or IN_TURN not in factors:
        return None
    times = f"three branches take {with_interval(at_once, 'e2e.p50')}, in turn {with_interval(in_turn, 'e2e.p50')}"
    bound = ""
    if limited and LIMITED in factors:
        slower = versus(
            factors[LIMITED],
            "with max_concurrency=1 they take {} as long",
            "with and without max_concurrency=1 they",
        )
        bound = f"; {slower}, and the server sees {counted(limited, 'peak', 'request')} at once"
    return f"{_side_by_side(summary, at_once, factors[IN_TURN])}: {times}{bound}."


def _side_by_side(summary: Summary, at_once: CellSummary, factor: Estimate) -> str:
    """Say whether the branches ran at once: by what the server saw in each round, and by the time they took."""
    from overlap.harness.stats.standing import by_round  # with numpy, which the workers of a round do without

    peaks = by_round(summary.run, at_once.cell, ("peak",)).values()
    if peaks and max(peaks) <= 1:
        return "The server saw one request at a time"
    quicker = verdict(factor, "Yes", "No")
    return (
        quicker
        if quicker != "Yes" or not peaks or min(peaks) >= len(PROMPTS)
        else "Not all of them in every round"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
