"""Measures the clock's resolution, and how late sleeps and heartbeats are on an idle event loop."""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic_ns

from overlap.harness.model.record import Lag
from overlap.harness.worker import loops
from overlap.harness.worker.heartbeat import Heartbeat, spread
from overlap.harness.worker.runner import Runner

SLEEP = 1_000_000
READINGS = 10_000
# Upper ends of the classes of a lag histogram, in ns; the last class has none.
CLASSES = (50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000)


@dataclass(frozen=True, slots=True)
class Timers:
    """
    The timing of one loop while nothing else runs on it; everything in ns.

    `clock_step` is the smallest difference the clock shows, `clock_read` the cost of one reading. `sleep` is how
    much longer than `asked` a sleep took, `lag` how late a heartbeat was. `histogram` has the number of heartbeats
    by lateness: (upper end, count) for each class, the last without an upper end.
    """

    loop: str
    clock_step: int
    clock_read: int
    asked: int
    sleep: Lag | None
    lag: Lag | None
    histogram: tuple[tuple[int | None, int], ...]


def timers(loop: str, seconds: float) -> Timers:
    """Measure a new, idle event loop of the kind *loop* for *seconds*."""
    readings = [monotonic_ns() for _ in range(READINGS)]
    steps = [b - a for a, b in pairwise(readings) if b > a]
    with Runner(loop_factory=loops.factory(loop)) as runner:
        lag, beats, late = runner.run(_idle(seconds))
    return Timers(
        loop,
        clock_step=min(steps, default=0),
        clock_read=(readings[-1] - readings[0]) // (READINGS - 1),
        asked=SLEEP,
        sleep=spread(late),
        lag=lag,
        histogram=classes(beats),
    )


async def _idle(seconds: float) -> tuple[Lag | None, Sequence[int], list[int]]:
    """Sleep repeatedly beside a heartbeat; these two timers are all that runs on the loop."""
    beat = Heartbeat(asyncio.get_running_loop())
    late: list[int] = []
    end = monotonic_ns() + round(seconds * 1e9)
    beat.start()
    while (began := monotonic_ns()) < end:
        await asyncio.sleep(SLEEP / 1e9)
        late.append(monotonic_ns() - began - SLEEP)
    return beat.stop(), beat.late, late


def classes(late: Sequence[int]) -> tuple[tuple[int | None, int], ...]:
    """
    Return (upper end, count) of *late* (ns) for each of `CLASSES`, and (None, count) of all above the last.

    >>> [each for each in classes([0, 50_000, 50_001, 9_000_000]) if each[1]]
    [(50000, 2), (100000, 1), (None, 1)]
    """
    counts = [0] * (len(CLASSES) + 1)
    for each in late:
        counts[bisect_left(CLASSES, each)] += 1
    return tuple(zip((*CLASSES, None), counts, strict=True))
