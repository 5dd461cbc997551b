"""The event loops that can be measured, by name."""

import asyncio
import sys
from collections.abc import Callable

from overlap.harness.registry import Unknown
from overlap.harness.text.choices import choices, quoted
from overlap.harness.worker.outbound import Guarded, GuardedAsyncio

LOOPS = ("asyncio", "uvloop")


def factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """
    Return a function that creates a new event loop of the kind *loop*; raise `Unknown` for another name.

    Loops come from a factory and not from a policy, because Python 3.16 removes policies.
    """
    if loop == "asyncio":
        return asyncio.new_event_loop if sys.platform == "win32" else GuardedAsyncio
    if loop == "uvloop":
        import uvloop

        guarded: Callable[[], asyncio.AbstractEventLoop] = type("GuardedUvloop", (Guarded, uvloop.Loop), {})
        return guarded
    raise Unknown(f"no loop {quoted(loop)}; {choices(loop, LOOPS)}")
