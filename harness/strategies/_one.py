"""What the asynchronous strategies have in common: one call, asked or listened to, under the probe."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from overlap.harness.probe import Item, Probe

Made = Callable[[Any, Item, Probe], Coroutine[Any, Any, None]]
One = Callable[[Item], Coroutine[Any, Any, None]]


async def ask(app: Any, item: Item, probe: Probe) -> None:
    """Make one call by `ainvoke`."""
    with probe.measure(item):
        await app.ainvoke(item.prompt)


async def listen(app: Any, item: Item, probe: Probe) -> None:
    """Make one call by `astream`, noting every chunk; the stream is closed whatever happens."""
    with probe.measure(item) as call:
        async with aclosing(app.astream(item.prompt)) as pieces:
            async for piece in pieces:
                call.saw(piece)


def held_back(make: Made, app: Any, probe: Probe, places: int) -> One:
    """Return a function that makes the call of an item once a semaphore has one of so many *places* free."""
    gate = asyncio.Semaphore(places)

    async def one(item: Item) -> None:
        async with gate:
            await make(app, item, probe)

    return one
