"""A chain's ainvoke calls the ainvoke of each of its steps, one after the other."""

import asyncio
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0",)
THEME = "sync and async together"
READING = ("langchain_core.runnables.base:RunnableSequence.ainvoke",)
STEPS = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps noted, in order, and how many tasks were made."""

    seen: list[str]
    tasks: int


async def measure(bench: Bench) -> Facts:
    """Note which methods of three steps are called; count the tasks that a model's chain makes for one call."""
    from langchain_core.runnables import Runnable

    seen, tasks = [], []

    class Step(Runnable[Any, Any]):
        """Notes how it is called."""

        def __init__(self, name: str) -> None:
            self.name = name

        def invoke(self, input: Any, config: Any = None, **_: Any) -> Any:  # noqa: A002, ARG002  the base class's names
            seen.append(f"{self.name}.invoke")
            return input

        async def ainvoke(self, input: Any, config: Any = None, **_: Any) -> Any:  # noqa: A002, ARG002
            seen.append(f"{self.name}.ainvoke")
            await asyncio.sleep(0)
            seen.append(f"{self.name} ended")
            return input

    first, second, third = map(Step, STEPS)
    await (first | second | third).ainvoke(0)
    chain, loop = bench.chain(), asyncio.get_running_loop()
    await bench.warm(chain)

    def counted(running: Any, coroutine: Any, **options: Any) -> Any:
        tasks.append(1)
        return asyncio.Task(coroutine, loop=running, **options)

    loop.set_task_factory(counted)
    await chain.ainvoke("a")
    loop.set_task_factory(None)
    return Facts(seen=seen, tasks=len(tasks))


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where nothing else was called, and nothing before the step in front had ended."""
    wanted = [word for name in STEPS for word in (f"{name}.ainvoke", f"{name} ended")]
    seen = facts.seen
    evidence = (
        f"called: {', '.join(each for each in seen if '.' in each)}; a model's chain makes {facts.tasks} tasks"
    )
    if seen == wanted:
        return ClaimVerdict(HOLDS, evidence)
    return ClaimVerdict(LIMIT if sorted(seen) == sorted(wanted) else FALSE, evidence)
