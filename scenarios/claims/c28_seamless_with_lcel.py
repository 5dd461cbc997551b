"""Async works seamlessly with LCEL pipelines."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims._barrier import early, two_steps
from overlap.scenarios.claims._outcomes import OK, awaited, outcome, told
from overlap.scenarios.claims._steps import waits
from overlap.scenarios.claims._streams import arrivals, buffered

SEEDS = ("S1",)
THEME = "sync and async together"
READING = (
    "langchain_core.runnables.base:RunnableLambda.invoke",
    "langchain_core.runnables.base:RunnableLambda._atransform",
    "langchain_core.runnables.base:RunnableSequence.abatch",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How each method ended, and which seams show."""

    main: dict[str, str]
    seams: dict[str, bool]


async def measure(bench: Bench) -> Facts:
    """Use a chain by its three async methods; then try what a seam would show in."""
    from langchain_core.runnables import RunnableLambda

    chain, model = bench.chain(), bench.model(0.02, 0.02, 6)
    await bench.warm(chain)
    main = {
        "ainvoke": await awaited(chain.ainvoke("a")),
        "abatch": await awaited(chain.abatch(["a", "b"])),
        "astream": await awaited(arrivals(lambda: chain.astream("a"))),
    }
    steps, events = two_steps()
    await steps.abatch(list(range(8)))
    function = model | RunnableLambda(lambda message: message.content)
    return Facts(
        main=main,
        seams={
            "an async function makes a chain's invoke fail": outcome(
                lambda: (RunnableLambda(waits(0)) | str.strip).invoke("a")
            )
            != OK,
            "a function behind a model holds back the stream": buffered(
                await arrivals(lambda: function.astream("a"))
            ),
            "abatch waits for every input between two steps": early(events) == 0,
        },
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where the methods themselves fail, with a limit where a seam shows."""
    main, seams = facts.main, facts.seams
    shown = [name for name, there in seams.items() if there]
    evidence = f"{told(main)}; {len(shown)} of {len(seams)} seams show: {'; '.join(shown) or 'none'}"
    if any(result != OK for result in main.values()):
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if shown else HOLDS, evidence)
