"""Makes the calls of a recording, with the floor client: nothing between the socket and the clock."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvloop

from overlap.harness.clients.floor import FloorClient, client
from overlap.harness.host import interrupt
from overlap.harness.host.idle_guard import at_its_post
from overlap.harness.model.endpoint import Endpoint, Remote
from overlap.harness.model.record import Metered
from overlap.harness.probe import Item, Probe, item
from overlap.harness.recording.file import Recorded
from overlap.harness.remote.hooks import metered
from overlap.harness.remote.meter import Meter

NOTICED = 0.05
"""Seconds until a signal is noticed."""

CUT = ("CancelledError", "KeyboardInterrupt")
"""Errors of calls that were under way when the recording was interrupted: the endpoint did not fail."""


@dataclass(frozen=True, slots=True)
class RecordingSize:
    """How many calls, after as many first as there are places, so that every connection is open by then."""

    calls: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class MeasuredCalls:
    """
    The calls that gave output, in the order they were made; what became of the others; what was sent in all.

    `numbers` says of each of those calls which one it was, from 0.
    """

    calls: tuple[Recorded, ...]
    numbers: tuple[int, ...]
    failed: tuple[str, ...]
    sent: Metered
    interrupted: bool = False


def measure(endpoint: Endpoint, prompts: Iterator[str], work: RecordingSize, remote: Remote) -> MeasuredCalls:
    """
    Stream answers of *endpoint*, within the budget of *remote*, and note when each chunk came.

    Ends early with what there is: when the budget is spent, when the endpoint wants no more, when all of the first
    calls fail, and on Ctrl-C.
    """
    probe = Probe()
    # The wait for a sleeping core would be recorded as the endpoint's, and be added once more when it is played.
    with (
        interrupt.held(),  # raised in a callback of the transport, an interrupt would be printed and forgotten
        at_its_post(),
        metered(remote) as meter,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        assert meter is not None
        interrupted = runner.run(_until_interrupted(_all(endpoint, prompts, work, probe, meter)))
    timed = {call.index: call for call in meter.told(probe.calls("", 0)) if not call.warmup}
    calls = [timed[index] for index in sorted(timed)]
    answered = [each for each in calls if each.chunks and not each.error]
    return MeasuredCalls(
        calls=tuple(Recorded(tuple(each.chunks), each.usage) for each in answered),
        numbers=tuple(each.index for each in answered),
        # A request that was not sent, or not waited for, is no failure of the endpoint's.
        failed=tuple(
            each.error or "no output"
            for each in calls
            if each.error not in {"Spent", *CUT} and (each.error or not each.chunks)
        ),
        sent=meter.total,
        interrupted=interrupted,
    )


async def _until_interrupted(work: Coroutine[Any, Any, None]) -> bool:
    """Do *work*, and end it soon after a signal has come; return whether that was so."""
    task = asyncio.create_task(work)
    while not interrupt.came():
        done, _ = await asyncio.wait([task], timeout=NOTICED)
        if done:
            await task
            return False
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return True


async def _all(
    endpoint: Endpoint, prompts: Iterator[str], work: RecordingSize, probe: Probe, meter: Meter
) -> None:
    floor = client(endpoint)
    first = [item(index, next(prompts), warmup=True) for index in range(work.concurrency)]
    left = iter([item(index, next(prompts)) for index in range(work.calls)])
    try:
        await asyncio.gather(*(_one(floor, each, probe, meter) for each in first))
        if not all(mark.error for mark in probe.marks):
            await asyncio.gather(*(_place(floor, left, probe, meter) for _ in first))
    finally:
        await floor.aclose()


async def _place(floor: FloorClient, left: Iterator[Item], probe: Probe, meter: Meter) -> None:
    """Make one call after the other, until there are no more or none may be sent."""
    for each in left:
        if meter.total.reason is None:
            await _one(floor, each, probe, meter)


async def _one(floor: FloorClient, each: Item, probe: Probe, meter: Meter) -> None:
    # Before the clock starts: a wait that the endpoint asked for is none of this call's latency.
    await meter.pause_async()
    with probe.measure(each) as mark:
        async for piece in floor.astream(each.prompt):
            mark.saw(piece)
