"""Does abatch make every input wait between the steps of a chain until the slowest is ready?"""

import random
from collections.abc import Iterator
from itertools import count
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import in_each, one, ratio, versus, with_interval
from overlap.scenarios._langchain import model, step
from overlap.scenarios._questions import questions

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "two_steps"
QUICK, SLOW = "mock-quick", "mock-slow"

# Half of the inputs take 20 ms for the first step and 200 for the second, the other half the reverse: 220 ms each.
# A barrier between the steps makes all of them pay the slow one twice.
PLAN = (
    Plan(
        strategies=("gather_bounded", "abatch", "abatch_as_completed", "thread_pool", "batch"),
        clients=("langchain",),
        concurrency=(16,),
        rounds=3,
        profile="steady,ttft=0.11,itl=0",
        server=(
            *("--model", f"{QUICK} profile=steady,ttft=0.02,itl=0"),
            *("--model", f"{SLOW} profile=steady,ttft=0.2,itl=0"),
        ),
    ),
)


def prompts(rng: random.Random) -> Iterator[str]:
    """Yield questions of which every second is to be drafted at length."""
    for number, question in zip(count(), questions(rng), strict=False):
        yield f"{'At length' if number % 2 else 'In short'}: {question}"


def app(client: Any, endpoint: Endpoint) -> Any:
    """Build draft | polish, where what is drafted at length is polished quickly, and the other way round."""
    del endpoint
    quick, slow = (model(client).bind(model=name) for name in (QUICK, SLOW))

    def ask(at_length: Any, otherwise: Any) -> Any:
        def chosen(text: str) -> Any:
            return at_length if "At length" in text else otherwise

        async def awaited(text: str) -> str:
            return f"{text} {(await chosen(text).ainvoke(text)).content}"

        return step(lambda text: f"{text} {chosen(text).invoke(text).content}", awaited)

    return ask(slow, quick) | ask(quick, slow)


def answer(summary: Summary) -> str | None:
    """Say what 16 inputs take through two steps by abatch, against the strategies that know no barrier."""
    return in_each(summary, SCENARIO, _answer, "strategy")


def _answer(summary: Summary) -> str | None:
    cells = {name: one(summary, scenario=SCENARIO, strategy=name) for name in PLAN[0].strategies}
    factor = ratio(summary, cells["abatch"], cells["gather_bounded"], "makespan")
    if not factor or not cells["abatch"]:
        return None
    sentences = ", ".join(f"{name} {with_interval(cell, 'makespan')}" for name, cell in cells.items() if cell)
    slower = versus(factor, "abatch takes {} as long as gather", "abatch and gather")
    return f"{_waits(summary, cells['abatch'])}: {slower}; {sentences}."


def _waits(summary: Summary, cell: CellSummary) -> str:
    """Say by the server's journal whether every second request of a round came after the last first one's end."""
    rounds: dict[int, list[tuple[int, int]]] = {}
    for call in summary.run.calls:
        if call.cell == cell.cell.id and not call.warmup and len(call.served) == 2:
            first, second = sorted(call.served, key=lambda each: each.received)
            ends = first.received + first.finished, second.received
            rounds.setdefault(call.round, []).append(ends)
    # A single input waits for nobody.
    waited = {
        max(end for end, _ in row) <= min(start for _, start in row) for row in rounds.values() if len(row) > 1
    }
    if not waited:
        return "Not known here, since the server's journal does not have both steps"
    if len(waited) > 1:
        return "In some rounds no second request came before the last first one was answered, in others some did"
    return (
        "Yes, no second request came before the last first one was answered"
        if True in waited
        else "No, second requests came before the last first one was answered"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
