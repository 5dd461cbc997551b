"""What does a sync step in an asynchronous chain cost?"""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import number, spell_out
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import calls_each_round, difference, in_each, ratio, variants, versus, with_interval
from overlap.scenarios._langchain import model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "sync_steps"
STEPS = 20
NONE, NATIVE, SYNC = "no steps", f"{STEPS} async def steps", f"{STEPS} def steps"

# Answers come at once: what is timed is the client's own work. With twenty steps one can be told from the noise.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("langchain",),
        concurrency=(16,),
        calls=48,
        rounds=3,
        profile="instant",
        variants=(NONE, NATIVE, SYNC),
    ),
)


def plain(message: Any) -> Any:
    """Return *message*; LangChain runs this step on a thread."""
    return message


async def native(message: Any) -> Any:
    """Return *message*; LangChain awaits this step."""
    return message


def build(client: Any, _endpoint: Endpoint, function: Callable[[Any], Any]) -> Any:
    """Build the model with `STEPS` steps behind it that call *function*."""
    from langchain_core.runnables import RunnableLambda

    return reduce(lambda chain, each: chain | each, [RunnableLambda(function)] * STEPS, model(client))


VARIANTS: dict[str, Builder] = {
    NONE: lambda client, _endpoint: model(client),
    NATIVE: partial(build, function=native),
    SYNC: partial(build, function=plain),
}


def answer(summary: Summary) -> str | None:
    """Say what one sync and one asynchronous step add to the CPU of a call."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    without, native, sync = (by_variant.get(name) for name in (NONE, NATIVE, SYNC))
    step, more = difference(summary, native, without, "cpu"), difference(summary, sync, native, "cpu")
    factor = ratio(summary, sync, native, "makespan")
    if not step or not more or not factor or not sync:
        return None
    costs, hop = (_cost(each.scaled(1 / STEPS / 1000, "µs")) for each in (step, more))
    slower = versus(factor, "that is {} as long as with async def", "it and that with async def")
    return (
        f"An async def step costs {costs} of CPU; a def step {hop} on top, for the way to a thread and back. "
        f"{calls_each_round(sync)} with {STEPS} def steps took {with_interval(sync, 'makespan')}; {slower}."
    )


def _cost(more: Estimate) -> str:
    """Write what a step adds: a number only if the interval is above 0, else how much it may be."""
    if more.low is not None and more.low > 0:
        return spell_out(more)
    return f"at most {number(more.high)} {more.unit}" if more.high and more.high > 0 else "nothing that is shown"


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
