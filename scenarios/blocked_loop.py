"""What does a blocking step in one coroutine do to all the others on the event loop?"""

import asyncio
import time

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import about, calls_each_round, in_each, lasting, overs, variants, versus
from overlap.scenarios._langchain import refuse
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "app", "prompts"]

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


def busy():
    """Compute for `TAKES` seconds of this thread's CPU time."""
    end = time.thread_time() + TAKES
    while time.thread_time() < end:
        sum(range(1000))


async def nothing():
    """Do no step at all."""


async def sleep_blocking():
    """Make the mistake: block the loop's own thread."""
    time.sleep(TAKES)  # noqa: ASYNC251  the mistake is what is measured


async def compute_blocking():
    """Make the mistake with a computation."""
    busy()


STEPS = {
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

    def __init__(self, client, variant):
        self._client, self._variant = client, variant

    async def ainvoke(self, prompt):
        """Make one call: awaited, or blocking although this is a coroutine."""
        await STEPS[self._variant]()
        return self._client.invoke(prompt) if self._variant == INVOKED else await self._client.ainvoke(prompt)


def app(client, endpoint, variant):
    """Build the client's application with a step before each call."""
    del endpoint
    if variant not in STEPS:
        raise refuse(variant, SCENARIO, ", ".join(STEPS))
    return WithStep(client, variant)


def answer(summary: Summary) -> str | None:
    """Say how much longer the mistakes take, and for each kind of step how long the loop was held up."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    found = variants(summary, scenario=SCENARIO)
    pairs = {(a, b): (found.get(a), found.get(b)) for a, b in ((INVOKED, AWAITED), (SLEPT, ASLEEP))}
    ratios = overs(summary, pairs, "makespan")
    worse = [versus(factor, f"{a} takes {{}} as long as {b}", f"{a} and {b}") for (a, b), factor in ratios.items()]
    if not worse:
        return None
    said = [
        f"{name} {about(cell, 'makespan')}, others held up for {about(cell, 'loop_lag.max')}"
        for name, cell in found.items()
    ]
    calls = calls_each_round(next(iter(found.values())))
    return f"{', '.join(worse)}. {calls}{lasting(summary, found.values())}: {'; '.join(said)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
