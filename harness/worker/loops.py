"""The event loops that can be measured: a table of names and what makes one."""

import asyncio
from collections.abc import Callable

from overlap.harness.registry import Unknown
from overlap.harness.text.choices import choices, quoted

LOOPS = ("asyncio", "uvloop")


def factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """
    Answer what makes a fresh event loop called *loop*.

    Loops are made by a factory and not by a policy: policies go with Python 3.16. Raises `Unknown` for another
    name.
    """
    if loop == "asyncio":
        return asyncio.new_event_loop
    if loop == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    raise Unknown(f"no loop {quoted(loop)}; {choices(loop, LOOPS)}")
