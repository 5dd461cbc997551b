"""The event loops that can be measured: a table of names and what makes one."""

import asyncio
from collections.abc import Callable

LOOPS = ("asyncio", "uvloop")


def factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """
    Answer what makes a fresh event loop called *loop*.

    Loops are made by a factory and not by a policy: policies go with Python 3.16. Raises `LookupError` for an
    unknown name.
    """
    if loop == "asyncio":
        return asyncio.new_event_loop
    if loop == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    raise LookupError(f"no loop {loop!r}; there are: {', '.join(LOOPS)}")
