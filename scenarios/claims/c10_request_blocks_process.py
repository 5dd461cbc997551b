"""Without async each request blocks the whole process."""

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict, ms
from overlap.scenarios.claims._service import ASYNC, PLAIN, ServedRequests, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("starlette.concurrency:run_in_threadpool", "anyio.to_thread:run_sync")
REQUESTS, WAIT = 60, 0.15


Facts = dict[str, ServedRequests]
"""What was served, by kind of endpoint: plain or async."""


async def measure(bench: Bench) -> Facts:
    """Send requests at once to a plain endpoint that calls invoke, and to an async one that awaits ainvoke."""
    kinds = {"plain": PLAIN, "async": ASYNC}
    return {name: await asked(bench, path, REQUESTS, WAIT) for name, path in kinds.items()}


def judge(facts: Facts) -> ClaimVerdict:
    """A blocked process lets one request through at a time, a pool of threads more than one."""
    plain, other = facts["plain"], facts["async"]
    evidence = (
        f"{plain.requests} requests at once: a plain endpoint has {plain.peak} calls open at the model "
        f"({ms(plain.wall)} in 1 run), an async one {other.peak} ({ms(other.wall)})"
    )
    return ClaimVerdict(HOLDS if plain.peak == 1 else FALSE, evidence)
