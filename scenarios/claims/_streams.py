"""When the pieces of a stream arrived."""

from time import monotonic_ns

from harness.probe import carries

# A step that hands out its first piece only when this share of the stream is over has waited for all of it.
LATE = 0.7


async def arrivals(stream):
    """Answer how many ns after the start each piece that carried output arrived."""
    began = monotonic_ns()
    return [monotonic_ns() - began async for piece in stream if carries(piece)]


def buffered(seen):
    """Tell whether a stream that is known to be planned over a time came all at its end."""
    return len(seen) < 2 or seen[0] >= LATE * seen[-1]
