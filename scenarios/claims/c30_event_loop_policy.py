"""To run on another event loop, one may have to set the event loop policy."""

import asyncio
import warnings
from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, outcome

SEEDS = ("S0",)
THEME = "the event loop"
NEEDS = ("uvloop",)
READING = ("asyncio:Runner", "uvloop:EventLoopPolicy")


@dataclass(frozen=True, slots=True)
class Facts:
    """How each way ended, and the modules that the loops were of."""

    policy: str
    deprecated: int
    factory: str
    loops: list[str]


def measure(bench: Bench) -> Facts:
    """Make a chain's call on uvloop: once by a policy, once by naming the loop to the runner."""
    import uvloop

    loops = []

    async def call() -> None:
        loops.append(type(asyncio.get_running_loop()).__module__)
        own = Bench(bench.base_url)
        try:
            await own.chain().ainvoke("a")
        finally:
            await own.aclose()

    def by_policy() -> None:
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        try:
            asyncio.run(call())
        finally:
            asyncio.set_event_loop_policy(None)

    def by_factory() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(call())

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        policy = outcome(by_policy)
    deprecated = sum(1 for each in caught if issubclass(each.category, DeprecationWarning))
    return Facts(policy=policy, deprecated=deprecated, factory=outcome(by_factory), loops=loops)


def judge(facts: Facts) -> ClaimVerdict:
    """With a limit where a policy works but is not needed; false where it does not work any more."""
    evidence = (
        f"a chain's call on a loop of uvloop's: by a policy {facts.policy} ({facts.deprecated} deprecation "
        f"warnings), by Runner(loop_factory=…) without one {facts.factory}; the loops were of "
        f"{', '.join(facts.loops) or 'no module'}"
    )
    on_uvloop = all(loop.startswith("uvloop") for loop in facts.loops)
    if facts.policy != OK:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if facts.factory == OK and on_uvloop else HOLDS, evidence)
