"""asyncio's debug mode helps to find what blocks the loop."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0",)
THEME = "the event loop"
NEEDS = ("uvloop",)
READING = ("asyncio.base_events:BaseEventLoop.set_debug", "asyncio.events:Handle._run")
BLOCK = 0.15


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: Any) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


def slow_callbacks(factory: Any, *, debug: bool) -> Any:
    """Block a loop of *factory* from inside a coroutine, and return how often its log names that coroutine."""
    logger, kept = logging.getLogger("asyncio"), Kept()

    async def blocks_the_loop() -> None:  # that it awaits nothing is the point
        time.sleep(BLOCK)  # noqa: ASYNC251  so is that

    async def outer() -> None:
        await asyncio.create_task(blocks_the_loop())

    logger.addHandler(kept)
    try:
        with asyncio.Runner(debug=debug, loop_factory=factory) as runner:
            runner.run(outer())
    finally:
        logger.removeHandler(kept)
    return sum(1 for each in kept.messages if "blocks_the_loop" in each and "took" in each)


@dataclass(frozen=True, slots=True)
class Facts:
    """How often each loop's log names what blocked it, in debug mode and without."""

    debug: dict[str, int]
    without: dict[str, int]


def measure(_bench: Bench) -> Facts:
    """Block both loops, with and without debug mode."""
    import uvloop

    factories = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return Facts(
        debug={name: slow_callbacks(each, debug=True) for name, each in factories.items()},
        without={name: slow_callbacks(each, debug=False) for name, each in factories.items()},
    )


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where both loops name the culprit in debug mode, and only then."""
    debug, without = facts.debug, facts.without
    reporting = [name for name, count in debug.items() if count > without[name]]
    evidence = (
        f"a coroutine that blocks for {BLOCK * 1e3:g} ms is named in the log of "
        f"{' and '.join(reporting) or 'no loop'} in debug mode, without it in that of "
        f"{' and '.join(name for name, count in without.items() if count) or 'none'}"
    )
    return ClaimVerdict(HOLDS if len(reporting) == len(debug) else LIMIT if reporting else FALSE, evidence)
