"""ainvoke of a RunnableLambda around an async function awaits its coroutine, natively."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import cpu
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, us
from overlap.harness.report.figures import count

SEEDS = ("S2",)
THEME = "sync and async together"
READING = ("langchain_core.runnables.base:RunnableLambda._ainvoke",)
CALLS = 300


@dataclass(frozen=True, slots=True)
class Facts:
    """The answer, trips to a thread, and the CPU time of a call (ns)."""

    answer: object
    hops: int
    on_loop: bool
    cpu: float
    cpu_bare: float


async def measure(bench: Bench) -> Facts:
    """See what comes back, on which thread the function ran, and what the wrapping costs."""
    from langchain_core.runnables import RunnableLambda

    threads = set()

    async def double(value: Any) -> Any:
        threads.add(threading.get_ident())
        return 2 * value

    async def repeated(call: Callable[..., Any]) -> None:
        for _ in range(CALLS):
            await call(1)

    step, before = RunnableLambda(double), bench.hops
    answer = await step.ainvoke(21)
    return Facts(
        answer=answer,
        hops=bench.hops - before,
        on_loop=threads == {threading.get_ident()},
        cpu=min([await cpu(repeated(step.ainvoke)) for _ in range(3)]) / CALLS,
        cpu_bare=min([await cpu(repeated(double)) for _ in range(3)]) / CALLS,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where the result is there and no thread was needed."""
    hops = facts.hops
    where = "on the loop" if facts.on_loop else "in a thread"
    evidence = (
        f"answers {facts.answer}, {where}, {count(hops, 'trip')} to a thread; CPU a call on this machine, least "
        f"of 3 runs, {us(facts.cpu)}, of the bare coroutine {us(facts.cpu_bare)}"
    )
    if facts.answer != 42:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if facts.on_loop and not hops else LIMIT, evidence)
