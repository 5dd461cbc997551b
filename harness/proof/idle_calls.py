"""
Measure what a call costs after an idle wait, without any part of the harness around it.

    python -m overlap.harness.proof.idle_calls

A plain loop with the OpenAI SDK asks the mock server, which answers at once, and takes the thread's CPU time
before and after. It does so right after another call, after 1.5 s in which nothing happens, and three at once
after the same wait; then once more with the core kept from sleeping. The loop has no heartbeat and no probe, its
connections are open, and the garbage collector is off: whatever differs, the wait has done.
"""

import asyncio
import gc
import random
import statistics
import subprocess
import sys
from time import thread_time_ns
from typing import Any

from overlap.harness.host.idle_guard import awake

ROUNDS, IDLE, AT_ONCE, HOT = 12, 1.5, 3, 20
WAYS = {
    "one call right after another": (0.0, 1),
    f"one call after {IDLE} s of idling": (IDLE, 1),
    f"{AT_ONCE} calls at once after {IDLE} s of idling": (IDLE, AT_ONCE),
}


async def _cost(client: Any, idle: float, width: int) -> float:
    """Return the CPU time of each of *width* calls that are made after *idle* seconds, in ms."""

    async def call() -> None:
        messages = [{"role": "user", "content": "Name one use of a paper clip."}]
        await client.chat.completions.create(model="mock", messages=messages)

    for _ in range(HOT):
        await asyncio.gather(*(call() for _ in range(width)))
    if idle:
        await asyncio.sleep(idle)
    started = thread_time_ns()
    await asyncio.gather(*(call() for _ in range(width)))
    return (thread_time_ns() - started) / width / 1e6


async def _measured(address: str) -> dict[str, list[float]]:
    """Return the costs of every way in every round, in an order drawn anew for each."""
    from openai import AsyncOpenAI

    durations: dict[str, list[float]] = {way: [] for way in WAYS}
    async with AsyncOpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        for turn in range(ROUNDS):
            for way in random.Random(turn).sample(list(WAYS), len(WAYS)):
                durations[way].append(await _cost(client, *WAYS[way]))
    return durations


def main() -> None:
    """Start the mock server, measure with the core as it is and kept awake, and print a table."""
    command = [sys.executable, "-P", "-m", "overlap.mock_server", "--port", "0", "--profile", "instant"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        gc.disable()
        print("| CPU time of a call, ms: median (quartiles) | core left alone | core kept awake |")
        print("|---|---:|---:|")
        columns = []
        for wanted in (False, True):
            with awake(wanted=wanted):
                columns.append(asyncio.run(_measured(address)))
        for way in WAYS:
            print(f"| {way} | {' | '.join(_written(column[way]) for column in columns)} |")
    finally:
        server.terminate()
        server.wait()


def _written(costs: list[float]) -> str:
    """Write the median of *costs* and its quartiles."""
    low, middle, high = statistics.quantiles(costs, n=4)
    return f"{middle:.2f} ({low:.2f}\N{EN DASH}{high:.2f})"


if __name__ == "__main__":
    main()
