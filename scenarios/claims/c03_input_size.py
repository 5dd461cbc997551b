"""How long a batch takes does not depend on how many inputs it has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cores, cpu, runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms, span
from overlap.harness.report.charts.lines import LineChart, LineSeries
from overlap.harness.report.figures import number
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S2",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.runnables.utils:gather_with_concurrency",
)
WAIT, MANY, PARALLEL = 0.05, 100, 1.3


Curve = list[tuple[int, list[int]]]
"""Times (ns) of the runs, by number of inputs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Times, how many inputs waited at once, the CPU time of a call (ns), and how many cores were kept busy."""

    pool: int
    inputs: int
    over: int
    chain_peak: int
    chain: Curve
    sleep: Curve
    plain: Curve
    sleep_peak: int
    plain_peak: int
    cpu: int
    cores: float


async def measure(bench: Bench) -> Facts:
    """
    Give `abatch` more inputs than there are threads, and count how many wait at once; time it over 1 to 400.

    The inputs go to a chain on a model, to a step that sleeps, and to a step that blocks.
    """
    from langchain_core.runnables import RunnableLambda

    async def curve(runnable: Any, sizes: Iterable[int]) -> Curve:
        def batch(size: int) -> Callable[[], Any]:
            return lambda: runnable.abatch(bench.prompts(size))

        return [(size, await runs(batch(size), 2)) for size in sizes]

    chain, slow = bench.chain(ttft=WAIT), bench.chain(ttft=10 * WAIT)
    await bench.warm(chain, MANY)
    await slow.abatch(bench.prompts(MANY))
    pool, sleeping, blocking = bench.pool, SideBySide(), SideBySide()
    return Facts(
        pool=pool,
        inputs=MANY,
        over=4 * pool,
        chain_peak=bench.take().peak,
        chain=await curve(chain, (1, 10, MANY, 400)),
        sleep=await curve(RunnableLambda(sleeping.waits(WAIT)), (1, 10, MANY)),
        plain=await curve(RunnableLambda(blocking.blocks(WAIT)), (1, pool, pool + 1, 4 * pool)),
        sleep_peak=sleeping.peak,
        plain_peak=blocking.peak,
        cpu=min([await cpu(chain.abatch(bench.prompts(MANY))) for _ in range(2)]) // MANY,
        cores=await cores(lambda: chain.abatch(bench.prompts(MANY)), 2),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where inputs that only wait queue; with a limit where plain ones do, or one core does all work."""
    chain, plain, pool, inputs = dict(facts.chain), dict(facts.plain), facts.pool, facts.inputs
    evidence = (
        f"of {inputs} inputs {facts.sleep_peak} wait at once in an async function and {facts.chain_peak} at a "
        f"model; of {facts.over} in a plain function {facts.plain_peak}, as there are {pool} threads. On this "
        f"machine a model's call takes {ms(facts.cpu)} of CPU, of {number(facts.cores)} cores at the most: abatch "
        f"of 1 took {span(chain[1])}, of {inputs} {span(chain[inputs])}; of {pool} plain functions "
        f"{span(plain[pool])}, of {pool + 1} {span(plain[pool + 1])}"
    )
    if min(facts.sleep_peak, facts.chain_peak) <= min(pool, inputs - 1):
        return ClaimVerdict(FALSE, evidence)
    queued = facts.plain_peak <= pool < facts.over
    return ClaimVerdict(LIMIT if queued or facts.cores < PARALLEL else HOLDS, evidence)


def charts(facts: Facts) -> Any:
    """Draw time against size."""
    curves = {
        "prompt, model, parser": facts.chain,
        "plain function that blocks": facts.plain,
        "async function": facts.sleep,
    }
    lines = tuple(
        LineSeries((name,), tuple((n, min(took) / 1e6, None, None) for n, took in curve))
        for name, curve in curves.items()
    )
    return (LineChart("input-size", "Time of one abatch over its number of inputs, ms", lines, "inputs", "ms"),)
