"""When one call of many fails, how soon does the caller know, and what becomes of the others?"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import listed
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import in_each, variants, without_interval
from overlap.scenarios._langchain import model, step
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "failures"
BROKEN = "mock-broken"
OTHERS, TAKES = 5, 0.1
SETTLED = 10_000_000  # ns: what ends this long after the caller went on has been left running

# One call is six inputs of 100 ms, of which one fails at once.
PLAN = (
    Plan(
        strategies=("ainvoke",),
        clients=("langchain",),
        concurrency=(1,),
        calls=3,
        rounds=3,
        profile=f"steady,ttft={TAKES},itl=0",
        server=("--fault", f"status,code=500,model={BROKEN}"),
        variants=(
            "gather",
            "gather, return_exceptions",
            "TaskGroup",
            "abatch",
            "abatch, return_exceptions",
            "timeout of 50 ms around abatch",
        ),
    ),
)


async def grouped(one: Any, inputs: list[str]) -> None:
    """Start a task for each input in a group, which cancels the others when one fails."""
    async with asyncio.TaskGroup() as group:
        for text in inputs:
            group.create_task(one.ainvoke(text))


async def in_time(one: Any, inputs: list[str]) -> None:
    """Give all inputs, of which none is broken, half the time they take."""
    async with asyncio.timeout(TAKES / 2):
        await one.abatch([text.replace("broken", "sound") for text in inputs])


Way = Callable[[Any, list[str]], Awaitable[Any]]
WAYS: dict[str, Way] = {
    "gather": lambda one, inputs: asyncio.gather(*map(one.ainvoke, inputs)),
    "gather, return_exceptions": lambda one, inputs: asyncio.gather(
        *map(one.ainvoke, inputs), return_exceptions=True
    ),
    "TaskGroup": grouped,
    "abatch": lambda one, inputs: one.abatch(inputs),
    "abatch, return_exceptions": lambda one, inputs: one.abatch(inputs, return_exceptions=True),
    "timeout of 50 ms around abatch": in_time,
}


class OneOfMany:
    """One call is many inputs, one of them broken; it ends when its caller knows of the failure."""

    def __init__(self, llm: Any, way: Way) -> None:
        broken = llm.bind(model=BROKEN)

        def chosen(text: str) -> Any:
            return broken if "broken" in text else llm

        self._way = way
        self._one = step(lambda text: chosen(text).invoke(text), lambda text: chosen(text).ainvoke(text))

    async def ainvoke(self, prompt: str) -> None:
        """Ask for all inputs; the failure is expected, and how soon it is known is what is timed."""
        with suppress(Exception):
            await self._way(self._one, [f"{prompt} {number}" for number in range(OTHERS)] + [f"{prompt} broken"])

    async def aclose(self) -> None:
        """Let what was left running come to its end: closing the client under it would look like cancelling."""
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(left, timeout=5)


def build(client: Any, _endpoint: Endpoint, way: Way) -> OneOfMany:
    """Build one way of asking for many at once."""
    return OneOfMany(model(client), way)


VARIANTS = {name: partial(build, way=way) for name, way in WAYS.items()}


def _fates(summary: Summary, cell: CellSummary) -> Counter[str]:
    """Count what became of the other requests, by the server's journal: cancelled, left running or awaited."""
    calls = [call for call in summary.run.calls if call.cell == cell.cell.id and not call.warmup]
    return Counter(
        "cancelled"
        if entry.disconnected
        else "left running"
        if entry.received + entry.finished > call.done + SETTLED
        else "awaited"
        for call in calls
        for entry in call.served
        if entry.status == HTTPStatus.OK
    )


def _became(fates: Counter[str]) -> str:
    """Name the one fate that all requests had, or how many had each."""
    if not fates:
        return "not seen by the server"
    if len(fates) == 1:
        return next(iter(fates))
    return listed([f"{number} {fate}" for fate, number in fates.most_common()])


def answer(summary: Summary) -> str | None:
    """Say which ways cancel the others, leave them running or await them, and when the caller goes on."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    fates = {name: _became(_fates(summary, cell)) for name, cell in by_variant.items()}
    if not fates:
        return None
    ways = {fate: [name for name, own in fates.items() if own == fate] for fate in dict.fromkeys(fates.values())}
    verdict = "; ".join(f"{fate} with {listed(names, len(names))}" for fate, names in ways.items())
    went = "; ".join(f"{name} {without_interval(cell, 'e2e.p50')}" for name, cell in by_variant.items())
    return f"The other requests, as the server saw them: {verdict}. The caller goes on after: {went}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
