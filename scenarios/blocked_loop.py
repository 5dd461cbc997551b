"""What does a blocking step in one coroutine do to all the others on the event loop?"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import calls_each_round, in_each, lasting, ratios, variants, versus, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "blocked_loop"
TAKES = 0.05
AWAITED, INVOKED = "await ainvoke", ".invoke in async def"
SLEPT, ASLEEP, THREADED = "time.sleep", "await asyncio.sleep", "time.sleep on a thread"
BUSY, BUSY_THREAD = "CPU", "CPU on a thread"

PLAN = (
    Plan(
        strategies=("gather_bounded",),
        concurrency=(5,),
        rounds=3,
        profile="steady,ttft=0.1,itl=0",
        variants=(AWAITED, INVOKED, ASLEEP, SLEPT, THREADED, BUSY, BUSY_THREAD),
    ),
)


def busy() -> None:
    """Compute for `TAKES` seconds of this thread's CPU time."""
    end = time.thread_time() + TAKES
    while time.thread_time() < end:
        sum(range(1000))


async def nothing() -> None:
    """Do no step at all."""


async def sleep_blocking() -> None:
    """Make the mistake: block the loop's own thread."""
    time.sleep(TAKES)  # noqa: ASYNC251  the mistake is what is measured


async def compute_blocking() -> None:
    """Make the mistake with a computation."""
    busy()


STEPS: dict[str, Callable[[], Awaitable[None]]] = {
    AWAITED: nothing,
    INVOKED: nothing,
    ASLEEP: lambda: asyncio.sleep(TAKES),
    SLEPT: sleep_blocking,
    THREADED: lambda: asyncio.to_thread(time.sleep, TAKES),
    BUSY: compute_blocking,
    BUSY_THREAD: lambda: asyncio.to_thread(busy),
}


class WithStep:
    """Makes each call after a step of 50 ms of one kind or another."""

    def __init__(self, client: Any, variant: str) -> None:
        self._client, self._variant = client, variant

    async def ainvoke(self, prompt: str) -> Any:
        """Make one call: awaited, or blocking although this is a coroutine."""
        await STEPS[self._variant]()
        return self._client.invoke(prompt) if self._variant == INVOKED else await self._client.ainvoke(prompt)


def build(client: Any, _endpoint: Endpoint, variant: str) -> WithStep:
    """Build the client's application with a step before each call."""
    return WithStep(client, variant)


VARIANTS = {name: partial(build, variant=name) for name in STEPS}


def answer(summary: Summary) -> str | None:
    """Say how much longer the mistakes take, and for each kind of step how long the loop was held up."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    pairs = {(a, b): (by_variant.get(a), by_variant.get(b)) for a, b in ((INVOKED, AWAITED), (SLEPT, ASLEEP))}
    factors = ratios(summary, pairs, "makespan")
    worse = [
        versus(factor, f"{a} takes {{}} as long as {b}", f"{a} and {b}") for (a, b), factor in factors.items()
    ]
    if not worse:
        return None
    sentences = [
        f"{name} {without_interval(cell, 'makespan')}, others held up for {without_interval(cell, 'loop_lag.max')}"
        for name, cell in by_variant.items()
    ]
    calls = calls_each_round(next(iter(by_variant.values())))
    return f"{', '.join(worse)}. {calls}{lasting(summary, by_variant.values())}: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
