"""loop.run_in_executor takes blocking code off the loop, but adds overhead."""

import asyncio
from dataclasses import dataclass
from time import process_time_ns

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cpu
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms, us
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S0",)
THEME = "threads and CPU"
READING = ("asyncio.base_events:BaseEventLoop.run_in_executor",)
HOPS, CALLS = 1000, 30


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """CPU time of one of each (ns), and how many blocking functions ran at once."""

    direct: float
    hop: float
    chain_call: float
    pool: int
    inputs: int
    peak: int


async def measure(bench: Bench) -> Facts:
    """Compare the CPU of an empty trip with a plain call's and a chain call's; count what runs at once."""
    loop, chain, together = asyncio.get_running_loop(), bench.chain(), SideBySide()
    await bench.warm(chain)

    async def hops() -> None:
        for _ in range(HOPS):
            await loop.run_in_executor(None, nothing)

    async def calls() -> None:
        for _ in range(CALLS):
            await chain.ainvoke("a")

    began = process_time_ns()
    for _ in range(HOPS):
        nothing()
    direct = process_time_ns() - began
    block, inputs = together.blocks(0.02), 3 * bench.pool
    await asyncio.gather(*(loop.run_in_executor(None, block, 0) for _ in range(inputs)))
    return Facts(
        direct=direct / HOPS,
        hop=min([await cpu(hops()) for _ in range(3)]) / HOPS,
        chain_call=min([await cpu(calls()) for _ in range(3)]) / CALLS,
        pool=bench.pool,
        inputs=inputs,
        peak=together.peak,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where the overhead is small beside a chain's call, or the pool bounds what it takes off."""
    hop, call = facts.hop, facts.chain_call
    evidence = (
        f"{us(hop)} of CPU a trip on this machine, {hop / call:.0%} of a chain's call ({ms(call)}), least of 3 "
        f"runs; {facts.peak} of {facts.inputs} blocking functions run at once"
    )
    if hop <= 3 * facts.direct:
        return ClaimVerdict(FALSE, evidence)
    bounded = facts.peak <= facts.pool < facts.inputs
    return ClaimVerdict(LIMIT if hop < call / 4 or bounded else HOLDS, evidence)
