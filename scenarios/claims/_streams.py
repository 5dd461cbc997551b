"""When the pieces of a stream arrived."""

from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from overlap.harness.streams.chunks import carries

# A step that hands out its first piece only when this share of the stream is over has waited for all of it.
LATE = 0.7
# A machine that stands still while a stream comes makes it look whole: such a stream is looked at again.
LOOKS = 3


async def arrivals(start: Callable[[], Any], looks: int = LOOKS) -> list[int]:
    """
    Return how many ns after the start each piece that carried output arrived, of the stream `start()`.

    A stream of several pieces that came all at its end is looked at again. One of a single piece came whole, and
    another look would show the same.
    """
    for _ in range(looks):
        began = monotonic_ns()
        seen = [monotonic_ns() - began async for piece in start() if carries(piece)]
        if len(seen) < 2 or not buffered(seen):
            break
    return seen


def buffered(seen: list[int]) -> bool:
    """Tell whether a stream that is known to be planned over a time came all at its end."""
    return len(seen) < 2 or seen[0] >= LATE * seen[-1]
