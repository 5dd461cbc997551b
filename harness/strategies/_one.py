"""What the asynchronous strategies have in common: one call, asked or listened to, under the probe."""

from contextlib import aclosing
from typing import Any

from overlap.harness.probe import Item, Probe


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
