"""Models support async."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import number
from overlap.scenarios.claims import _components
from overlap.scenarios.claims._steps import SideBySide

SEEDS = ("S1",)
THEME = "names and components"
READING = (
    "langchain_core.language_models.chat_models:BaseChatModel._agenerate",
    "langchain_core.language_models.chat_models:BaseChatModel._astream",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How many calls ran at once, and trips to a thread."""

    inputs: int
    pool: int
    native_peak: int
    own_peak: int
    own_hops_per_chunk: float


async def measure(bench: Bench) -> Facts:
    """Call ChatOpenAI and a synchronous model of one's own, more often than there are threads."""
    inputs, native, together = 2 * bench.pool + 6, bench.model(0.5), SideBySide()
    await bench.warm(native)
    await native.abatch(bench.prompts(inputs))
    peak = bench.take().peak
    own = _components.model(0.02, together)
    await own.abatch(["a"] * inputs)
    before = bench.hops
    chunks = [chunk async for chunk in own.astream("a")]
    return Facts(
        inputs=inputs,
        pool=bench.pool,
        native_peak=peak,
        own_peak=together.peak,
        own_hops_per_chunk=(bench.hops - before) / len(chunks),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where ChatOpenAI is bound to threads, with a limit where a model of one's own is."""
    evidence = (
        f"{facts.inputs} calls at once: ChatOpenAI has {facts.native_peak} open; a model without _agenerate "
        f"runs {facts.own_peak}, in threads; without _astream {number(facts.own_hops_per_chunk)} trips a "
        f"chunk"
    )
    if facts.native_peak <= facts.pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.own_peak <= facts.pool else HOLDS, evidence)
