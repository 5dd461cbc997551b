"""With return_exceptions=True a failed call is an answer among the others, and spoils none of them."""

import asyncio
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import count

SEEDS = ("S0",)
THEME = "errors and limits"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.language_models.llms:BaseLLM.abatch",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Which answers are errors, in each way; and requests, and those that failed, of the completions."""

    gather: list[bool]
    abatch: list[bool]
    completions: list[bool]
    requests: int
    failed: int


async def measure(bench: Bench) -> Facts:
    """Fail the second of three calls, under gather and abatch; and one request of a batch of completions."""
    model, older = bench.model(), bench.completions()
    await bench.warm(model, 3)
    bench.serve(fault=["status,code=500,tag=000001"])
    prompts = bench.prompts(3)
    answers = {
        "gather": await asyncio.gather(*map(model.ainvoke, prompts), return_exceptions=True),
        "abatch": await model.abatch(prompts, return_exceptions=True),
    }
    bench.serve(fault=["status,code=500,tag=000000"])
    bench.take()
    answers["completions"] = await older.abatch(bench.prompts(25), return_exceptions=True)
    requests = [each for _, each in bench.take().entries]
    return Facts(
        **{name: [isinstance(each, Exception) for each in given] for name, given in answers.items()},
        requests=len(requests),
        failed=sum(each.status != 200 for each in requests),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the failed call alone is an error, in its place."""
    wanted, older = [False, True, False], facts.completions
    right = [errors == wanted for errors in (facts.gather, facts.abatch)]
    gather, abatch = (
        ", ".join("error" if failed else "answer" for failed in errors) for errors in (facts.gather, facts.abatch)
    )
    evidence = (
        f"one of three fails: gather answers {gather}; abatch {abatch}; of {len(older)} completions, sent "
        f"in {count(facts.requests, 'request')} with {facts.failed} failing, {sum(older)} are errors"
    )
    return ClaimVerdict(HOLDS if all(right) else LIMIT if any(right) else FALSE, evidence)
