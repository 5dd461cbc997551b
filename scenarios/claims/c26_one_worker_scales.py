"""One async worker handles many requests, and scales efficiently."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cores, cpu, runs
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.harness.report.charts.lines import LineChart, LineSeries
from overlap.harness.report.figures import number

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.base:RunnableSequence.ainvoke",
    "langchain_openai.chat_models.base:BaseChatOpenAI._agenerate",
)
WAIT, WIDTHS, PARALLEL = 0.05, (1, 8, 32, 128), 1.3


@dataclass(frozen=True, slots=True)
class Facts:
    """Times (ns) of the runs at each width, cores kept busy, and the CPU time of a call (ns)."""

    wait: int
    widths: list[tuple[int, list[int]]]
    pool: int
    peak: int
    cores: float
    cpu: int


async def measure(bench: Bench) -> Facts:
    """Make 1 to 128 calls at once in one process; count how many are open, and what they take of its CPU."""
    chain, slow = bench.chain(WAIT), bench.chain(20 * WAIT)
    await bench.warm(chain, 100)
    await slow.abatch(bench.prompts(WIDTHS[-1]))
    peak = bench.take().peak

    def batch(width: int) -> Callable[[], Any]:
        return lambda: chain.abatch(bench.prompts(width))

    widths = [(width, await runs(batch(width))) for width in WIDTHS]
    return Facts(
        wait=round(WAIT * 1e9),
        widths=widths,
        pool=bench.pool,
        peak=peak,
        cores=await cores(lambda: chain.abatch(bench.prompts(WIDTHS[-1]))),
        cpu=min([await cpu(chain.abatch(bench.prompts(WIDTHS[-1]))) for _ in range(3)]) // WIDTHS[-1],
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where no more calls are open than there are threads; with a limit where one core does all the work."""
    widths, most = dict(facts.widths), WIDTHS[-1]
    rates = ", ".join(number(n / min(widths[n]) * 1e9) for n in WIDTHS)
    evidence = (
        f"of {most} calls at once {facts.peak} are open at the model, with {facts.pool} threads; all of them kept "
        f"{number(facts.cores)} cores busy at the most. On this machine a call takes {ms(facts.cpu)} of CPU "
        f"(least of 3 runs); calls of {ms(facts.wait)} a second, {', '.join(map(str, WIDTHS[:-1]))} and {most} at "
        f"once: {rates} (best of 3 runs each)"
    )
    if facts.peak <= facts.pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.cores < PARALLEL else HOLDS, evidence)


def charts(facts: Facts) -> Any:
    """Draw calls a second over calls at once, beside what waiting alone would allow."""
    reached = tuple((n, n / min(took) * 1e9, None, None) for n, took in facts.widths)
    ideal = tuple((n, n / facts.wait * 1e9, None, None) for n, _ in facts.widths)
    lines = (LineSeries(("if waiting were all",), ideal), LineSeries(("a chain, one process",), reached))
    return (LineChart("one-worker", "Calls a second by calls at once", lines, "calls at once", "1/s"),)
