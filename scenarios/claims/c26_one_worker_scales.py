"""One async worker handles many requests, and scales efficiently."""

from harness.claims.timing import best
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, total
from harness.report.charts.lines import Line, Lines
from harness.report.figures import number

SEEDS = ("S1",)
THEME = "waiting side by side"
READING = (
    "langchain_core.runnables.base:RunnableSequence.ainvoke",
    "langchain_openai.chat_models.base:BaseChatOpenAI._agenerate",
)
WAIT, WIDTHS = 0.05, (1, 8, 32, 128)


async def measure(bench):
    """Make 1 to 128 calls at once in one process."""
    chain = bench.chain(WAIT)
    await bench.warm(chain, 100)
    widths = [[n, await best(lambda n=n: chain.abatch(bench.prompts(n)), 2)] for n in WIDTHS]
    return {"wait": round(WAIT * 1e9), "widths": widths, "peak": bench.take().peak}


@total
def judge(facts):
    """Of what would be possible if waiting were all there is, how much is reached at 128?"""
    rates = {n: n / ns * 1e9 for n, ns in facts["widths"]}
    share = rates[128] * facts["wait"] / 1e9 / 128
    evidence = (
        f"calls a second, 1, 8, 32 and 128 at once: {', '.join(number(rates[n]) for n in WIDTHS)}; at 128 that is "
        f"{share:.0%} of what {number(128e9 / facts['wait'])} waits a second would be (peak {facts['peak']})"
    )
    if facts["peak"] < 16:
        return Verdict(FALSE, evidence)
    return Verdict(HOLDS if share >= 0.7 else LIMIT, evidence)


def charts(facts):
    """Draw calls a second over calls at once, beside what waiting alone would allow."""
    reached = tuple((n, n / ns * 1e9, None, None) for n, ns in facts["widths"])
    ideal = tuple((n, n / facts["wait"] * 1e9, None, None) for n, _ in facts["widths"])
    lines = (Line(("if waiting were all",), ideal), Line(("a chain, one process",), reached))
    return (Lines("one-worker", "Calls a second by calls at once", lines, "calls at once", "1/s"),)
