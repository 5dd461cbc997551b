"""Whether the event loop gets to anything else while a step is at work: a count, on any machine the same story."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

# Between two turns of the loop that are counted. A step that is counted lasts a hundred times as long.
PAUSE = 0.001


class Turns:
    """Counts the turns of a task beside the steps while each is at work: `async with Turns() as turns: …`."""

    def __init__(self) -> None:
        self._count = 0
        self._counts: list[int] = []

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._go_on())
        await asyncio.sleep(2 * PAUSE)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _go_on(self) -> None:
        while True:
            self._count += 1
            await asyncio.sleep(PAUSE)

    @property
    def fewest(self) -> Any:
        """The turns during the step that left the fewest; None where no step ended."""
        return min(self._counts, default=None)

    def during(self, step: Callable[..., Any]) -> Callable[[Any], Any]:
        """Make of a plain *step* one that is looked at, in whichever thread it runs."""

        def looked(value: Any) -> Any:
            before = self._count
            result = step(value)
            self._counts.append(self._count - before)
            return result

        return looked

    def while_awaiting(self, step: Callable[..., Any]) -> Callable[[Any], Any]:
        """Make of an async *step* one that is looked at."""

        async def looked(value: Any) -> Any:
            before = self._count
            result = await step(value)
            self._counts.append(self._count - before)
            return result

        return looked
