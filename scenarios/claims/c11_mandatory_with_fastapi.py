"""Async calls are mandatory under FastAPI."""

from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, ClaimVerdict, ms
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.scenarios.claims._service import ASYNC, BLOCKING, PLAIN, ServedRequests, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("starlette.concurrency:run_in_threadpool", "anyio.to_thread:run_sync")
REQUESTS, WAIT = 20, 0.05


Facts = dict[str, ServedRequests]
"""What was served, by kind of endpoint: plain, async or blocking."""


async def measure(bench: Bench) -> Facts:
    """Send the same requests to all three kinds of endpoint."""
    kinds = {"plain": PLAIN, "async": ASYNC, "blocking": BLOCKING}
    return {name: await asked(bench, path, REQUESTS, WAIT) for name, path in kinds.items()}


def judge(facts: Facts) -> ClaimVerdict:
    """False where an endpoint without async serves requests side by side as well."""
    plain, other, blocking = facts["plain"], facts["async"], facts["blocking"]
    evidence = (
        f"{plain.requests} requests, 1 run of each: def + invoke {ms(plain.wall)} (peak {plain.peak}), async def "
        f"+ ainvoke {ms(other.wall)} ({other.peak}), async def + invoke {ms(blocking.wall)} ({blocking.peak})"
    )
    return ClaimVerdict(HOLDS if plain.peak == 1 else FALSE, evidence)


def charts(facts: Facts) -> Any:
    """Draw the three kinds of endpoint."""
    names = {"async": "async def + ainvoke", "plain": "def + invoke", "blocking": "async def + invoke"}
    bars = tuple(BarRow(name, facts[key].wall / 1e6, ideal=WAIT * 1e3) for key, name in names.items())
    return (
        BarChart("endpoints", f"{REQUESTS} requests to a FastAPI endpoint, ms", bars, "ms", ideal="one answer"),
    )
