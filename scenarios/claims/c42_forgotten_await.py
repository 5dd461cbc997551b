"""Who forgets the await gets a coroutine and no answer."""

import gc
import warnings
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S1",)
THEME = "sync and async together"
READING = ("langchain_core.language_models.chat_models:BaseChatModel.ainvoke",)


@dataclass(frozen=True, slots=True)
class Facts:
    """What came, how many requests were sent, and the warnings."""

    came: str
    requests: int
    warned: list[str]


async def measure(bench: Bench) -> Facts:
    """Call ainvoke without an await, and see what comes, what is sent, and what Python says of it."""
    model = bench.model()
    await bench.warm(model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kind = type(model.ainvoke(bench.prompts(1)[0])).__name__
        gc.collect()
    warned = [str(each.message) for each in caught if issubclass(each.category, RuntimeWarning)]
    return Facts(came=kind, requests=len(bench.take(patience=0).entries), warned=warned)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where nothing was sent."""
    kind, requests, warned = facts.came, facts.requests, facts.warned
    evidence = f"ainvoke without await: a {kind}, {requests} requests, {len(warned)} RuntimeWarning"
    if kind != "coroutine":
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if requests else HOLDS, evidence)
