"""Three calls under gather take as long as one of them, in sequence three times as long."""

import asyncio

from harness.claims.timing import best
from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, times, total
from harness.report.charts.bars import Bar, Bars

SEEDS = ("S0",)
THEME = "waiting side by side"
READING = ("asyncio:gather", "langchain_core.runnables.base:RunnableSequence.ainvoke")
WAIT, MANY = 0.15, 100
OVERLAPPED, ALONG = 2.0, 1.5


async def measure(bench):
    """Make three calls one after the other and at once; then a hundred at once."""
    chain, short = bench.chain(WAIT), bench.chain(0.05)
    await bench.warm(chain, MANY)
    prompts = bench.prompts(MANY)

    async def in_sequence():
        for prompt in prompts[:3]:
            await chain.ainvoke(prompt)

    def gather(runnable, count):
        return asyncio.gather(*map(runnable.ainvoke, prompts[:count]))

    return {
        "wait": round(WAIT * 1e9),
        "sequence": await best(in_sequence, 2),
        "gather": await best(lambda: gather(chain, 3)),
        "abatch": await best(lambda: chain.abatch(prompts[:3])),
        "sleep": await best(lambda: asyncio.gather(*(asyncio.sleep(WAIT) for _ in range(3)))),
        "one_short": await best(lambda: gather(short, 1)),
        "many_short": await best(lambda: gather(short, MANY), 2),
    }


@total
def judge(facts):
    """It holds for three; it has a limit where a hundred take longer than one."""
    faster, along = facts["sequence"] / facts["gather"], facts["many_short"] / facts["one_short"]
    evidence = (
        f"3 calls of {ms(facts['wait'])}: in sequence {ms(facts['sequence'])}, gather {ms(facts['gather'])}, "
        f"abatch "
        f"{ms(facts['abatch'])}; {MANY} calls of 50 ms under gather take {times(along)} as long as one"
    )
    if faster < OVERLAPPED:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if along >= ALONG else HOLDS, evidence)


def charts(facts):
    """Draw the tutorials' bars, as measured."""
    names = {"sequence": "in sequence", "gather": "gather", "abatch": "abatch", "sleep": "gather of bare sleeps"}
    ideal = {"sequence": 3 * WAIT * 1e3}
    bars = tuple(Bar(name, facts[key] / 1e6, ideal=ideal.get(key, WAIT * 1e3)) for key, name in names.items())
    return (Bars("three-calls", f"Three calls of {WAIT * 1e3:g} ms, ms", bars, "ms", ideal="answers alone"),)
