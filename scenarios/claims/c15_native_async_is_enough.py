"""With native async in every component that does I/O, a chain is as good as it gets."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import number

SEEDS = ("S0",)
THEME = "threads and CPU"
READING = (
    "langchain_openai.chat_models.base:BaseChatOpenAI._agenerate",
    "langchain_core.output_parsers.base:BaseLLMOutputParser.aparse_result",
    "langchain_core.output_parsers.transform:BaseTransformOutputParser._atransform",
)
CALLS, CHUNKS = 10, 20


@dataclass(frozen=True, slots=True)
class Facts:
    """Trips to a thread, and how many calls were open at once."""

    hops_per_call: float
    hops_per_chunk: float
    inputs: int
    pool: int
    peak: int


async def measure(bench: Bench) -> Facts:
    """Count the trips to a thread of a chain whose every component is said to be native."""
    chain, waiting = bench.chain(tokens=CHUNKS), bench.chain(0.5)
    await bench.warm(chain)
    before = bench.hops
    for _ in range(CALLS):
        await chain.ainvoke("a")
    call = bench.hops - before
    before = bench.hops
    chunks = [chunk async for chunk in chain.astream("a")]
    stream = bench.hops - before
    bench.take()
    inputs = bench.pool + 10
    await waiting.abatch(bench.prompts(inputs))
    return Facts(
        hops_per_call=call / CALLS,
        hops_per_chunk=stream / len(chunks),
        inputs=inputs,
        pool=bench.pool,
        peak=bench.take().peak,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where the I/O itself is bound to the threads; with a limit where anything still takes one."""
    hops, chunk = facts.hops_per_call, facts.hops_per_chunk
    evidence = (
        f"prompt | ChatOpenAI | StrOutputParser: {number(hops)} trips to a thread a call, {number(chunk)} a "
        f"streamed chunk; {facts.peak} of {facts.inputs} calls open at once, with {facts.pool} threads"
    )
    if facts.peak <= facts.pool:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if hops or chunk >= 0.5 else HOLDS, evidence)
