"""Whether the inputs of a chain of two steps wait for one another between the steps."""

import asyncio
from typing import Any

SLOW, QUICK = 0.08, 0.01


def two_steps() -> tuple[Any, list[tuple[str, int]]]:
    """Make a chain that notes what happens, and the list it notes it in; input 0 is slow in its first step."""
    from langchain_core.runnables import RunnableLambda

    events = []

    async def first(number: int) -> Any:
        await asyncio.sleep(SLOW if number == 0 else QUICK)
        events.append(("first ended", number))
        return number

    async def second(number: int) -> Any:
        events.append(("second began", number))
        await asyncio.sleep(QUICK)
        return number

    return RunnableLambda(first) | RunnableLambda(second), events


def early(events: Any) -> int:
    """Count the inputs that began their second step before the slow one had ended its first."""
    slow = events.index(("first ended", 0))
    return sum(1 for what, _ in events[:slow] if what == "second began")
