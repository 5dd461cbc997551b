"""How long does a chain wait for asyncio's default executor while sync code fills it?"""

import asyncio
import time
from contextlib import suppress
from typing import Any

from overlap.harness import registry
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.harness.worker.executor import StampedExecutor
from overlap.scenarios._cells import in_each, lasting, ratio, variants, versus, with_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "executor"
LOOKUPS, TAKES = 6, 0.15

# A variant is a number of threads; 6 is what Python takes on two cores. `--variants 4,12` asks for others.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("openai", "chain"),
        concurrency=(4,),
        waves=3,
        rounds=3,
        profile="steady,ttft=0.02,itl=0",
        variants=("6", "12", "64"),
    ),
)


class Crowded:
    """An application beside which other code keeps `LOOKUPS` threads of the default executor busy all the time."""

    def __init__(self, client: Any, threads: int) -> None:
        asyncio.get_running_loop().set_default_executor(StampedExecutor(threads))
        self._client = client
        self._lookups: list[asyncio.Task[None]] = []

    async def ainvoke(self, prompt: str) -> Any:
        """Make one call; the first sets off the look-ups."""
        if not self._lookups:
            self._lookups = [asyncio.create_task(self._look_up()) for _ in range(LOOKUPS)]
        return await self._client.ainvoke(prompt)

    async def _look_up(self) -> None:
        """Do what a blocking database driver does: hold a thread and wait, again and again."""
        while True:
            await asyncio.to_thread(time.sleep, TAKES)

    async def aclose(self) -> None:
        """End the look-ups; the threads themselves run on to the end of their sleep."""
        for task in self._lookups:
            task.cancel()
        for task in self._lookups:
            with suppress(asyncio.CancelledError):
                await task


def app(client: Any, endpoint: Endpoint, variant: str) -> Crowded:
    """Build the client's own application with an executor of *variant* threads, most of them taken."""
    del endpoint
    if not variant.isdigit() or not 1 <= int(variant) <= 1000:
        there = "numbers of threads, from 1 to 1000"
        raise registry.Unknown(f"no variant {variant!r} of {SCENARIO}; there are: {there}")
    return Crowded(client, int(variant))


def answer(summary: Summary) -> str | None:
    """Say how long a call takes with the fewest and the most threads, and what the bare SDK takes meanwhile."""
    return in_each(summary, SCENARIO, _answer, "client", "variant")


def _answer(summary: Summary) -> str | None:
    chain, bare = (variants(summary, scenario=SCENARIO, client=name) for name in ("chain", "openai"))
    if len(chain) < 2:
        return None
    few, many = min(chain, key=int), max(chain, key=int)
    factor = ratio(summary, chain[few], chain[many], "e2e.p50")
    if not factor:
        return None
    first = versus(
        factor, f"With {few} threads a call takes {{}} as long as with {many}", f"{few} and {many} threads"
    )
    took, long = with_interval(chain[few], "e2e.p50"), lasting(summary, chain.values())
    times = f"with {few} threads beside {LOOKUPS} blocking look-ups a chain call{long} takes {took}"
    beside = f"; the bare SDK, which needs no thread, {with_interval(bare[few], 'e2e.p50')}" if few in bare else ""
    return f"{first}: {times}, with {many} threads {with_interval(chain[many], 'e2e.p50')}{beside}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
