"""The event loops that can be measured, by name."""

import asyncio
from collections.abc import Callable

from overlap.harness.registry import Unknown
from overlap.harness.text.choices import choices, quoted

LOOPS = ("asyncio", "uvloop")


def factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """
    Return a function that creates a new event loop of the kind *loop*; raise `Unknown` for another name.

    Loops come from a factory and not from a policy, because Python 3.16 removes policies.
    """
    if loop == "asyncio":
        return asyncio.new_event_loop
    if loop == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    raise Unknown(f"no loop {quoted(loop)}; {choices(loop, LOOPS)}")
