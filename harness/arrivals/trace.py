"""Calls as they were recorded: a file of Azure's, BurstGPT's or Mooncake's format, played faster or denser."""

import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from overlap.harness.arrivals import _checks
from overlap.harness.arrivals._files import TraceRow, rows
from overlap.harness.text.numerals import exactly


def due_times(  # noqa: PLR0913  the settings of a trace
    seed: int, *, file: str, speed: float = 1.0, rate: float | None = None, from_: float = 0.0, span: float = 1e6
) -> Iterator[int]:
    """
    Yield the due times in ns after the start of the part of *file* from *from_* on, *span* seconds of it.

    *speed* 10 plays a minute in 6 seconds. *rate* is how many calls per second there are then on average: calls
    drawn at random are left out, or played again somewhere before the next one, so that lulls and bursts stay
    where they are. A smaller rate's calls are among those of a larger one.
    """
    return (row.at for row in _played(seed, file, speed, rate, from_, span))


def sizes(  # noqa: PLR0913  as above
    seed: int, *, file: str, speed: float = 1.0, rate: float | None = None, from_: float = 0.0, span: float = 1e6
) -> Iterator[tuple[int, int]]:
    """Yield the tokens of each prompt and of its answer, for the same calls in the same order."""
    return ((row.prompt, row.output) for row in _played(seed, file, speed, rate, from_, span))


@lru_cache(maxsize=4)
def _played(  # noqa: PLR0913, PLR0917  as above
    seed: int, file: str, speed: float, rate: float | None, first: float, span: float
) -> tuple[TraceRow, ...]:
    _checks.between("speed", speed, 0.001)
    _checks.between("from", first, 0, 1e9)
    _checks.between("span", span, 0.001)
    begin, length = round(first * 1e9), round(span * 1e9)
    kept = [row for row in rows(file) if begin <= row.at < begin + length]
    if not kept:
        raise ValueError(f"{file}: no call between {exactly(first)} and {exactly(first + span)} s")
    part = [TraceRow(round((row.at - begin) / speed), row.prompt, row.output) for row in kept]
    if rate is None:
        return tuple(part)
    return tuple(_scaled(random.Random(seed), part, _checks.rate(rate), file))


def _scaled(rng: random.Random, part: list[TraceRow], rate: float, file: str) -> list[TraceRow]:
    lasts = part[-1].at - part[0].at
    if not lasts:
        raise ValueError(f"{file}: a rate needs calls at more than one moment")
    # n calls have n - 1 gaps between them.
    times = rate * lasts / 1e9 / (len(part) - 1)
    _checks.between("rate / the recording's own", times, 0, 1000)
    offsets = []
    for row, after in pairwise([*part, part[-1]]):
        draw, whole = rng.random(), int(times)
        for copy in range(whole + (draw < times - whole)):
            at = row.at + (round(_place(draw, copy) * (after.at - row.at)) if copy else 0)
            offsets.append(TraceRow(at, row.prompt, row.output))
    if not offsets:
        raise ValueError(f"{file}: at {exactly(rate)} calls per second there is none left")
    return sorted(offsets)


def _place(draw: float, copy: int) -> float:
    """Return where between two calls the copy of the first one stands: spread evenly, from the one draw."""
    return (draw + copy * 0.6180339887498949) % 1.0
