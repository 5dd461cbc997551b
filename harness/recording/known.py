"""Measures what the measuring client itself adds, and its resolution, against a known schedule."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import NamedTuple

from overlap.harness.host.core_pinning import seats
from overlap.harness.host.idle_guard import awake
from overlap.harness.host.owned.temporary import temporary
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.endpoint import Endpoint, Remote
from overlap.harness.model.quantile import quantile
from overlap.harness.recording.file import EndpointRecording, Recorded, write
from overlap.harness.recording.measure import MeasuredCalls, RecordingSize, measure


class ClientFloor(NamedTuple):
    """
    What is added to a known first token; by how much that, and a gap, is off nine times of ten (ns).

    None for what was not measured.
    """

    added: int | None
    spread: int | None
    resolution: int | None


RUNS, LONGEST = 3, 7 * 10**9
"""
How often a known schedule is played, since differences from one time to the next limit a comparison of
recordings; and for how long at most, in ns, each time.
"""

AT_ONCE = 50_000
"""Shorter gaps, in ns, are none of the server's: it sent one piece, and the client split it."""

SEED = 7
# Without limits: it is our own server, on this host.
ENDLESS = Remote("", "mock-model", None, 20, 10**9, 10**12)


def played(path: Path, work: RecordingSize, order: str = "once") -> MeasuredCalls:
    """
    Measure the mock as it plays the recording at *path*, on a core of its own where there are two.

    Raises `ServerNotReady`. *order* is the profile's: which of the calls is played when.

    Its core is kept awake as ours is: a recording has the endpoint's own lateness in it, and the mock's would be
    added to that when it is played.
    """
    place, command = seats(), mock_command(f"recorded,file={path.resolve()},order={order}", "profile", SEED)
    with (
        start(command, place.theirs, together=True) as server,
        awake(place.theirs, wanted=place.apart),
    ):
        base = f"{server.base_url}/v1"
        # The request asks for the usage, as one to a real endpoint does, so that the same events come.
        endpoint = Endpoint(base, max_connections=work.concurrency, stream_usage=True)
        return measure(endpoint, repeat("Hello."), work, replace(ENDLESS, base_url=base))


def floor(calls: Sequence[Recorded], concurrency: int) -> ClientFloor:
    """
    Return what the client adds to *calls* like these, so many at once; raises `ServerNotReady` as `played` does.

    They are themselves the known schedule: how late a first token is seen depends on what else comes just then.
    If it is interrupted, whole runs until then are all that is known.
    """
    played_calls = list(_no_longer(calls, concurrency))
    with temporary("recording") as folder:
        path = folder / "known.json"
        write(path, EndpointRecording(tuple(played_calls), concurrency, 0, 0, 0, {}))
        work = RecordingSize(len(played_calls), concurrency)
        runs = list(_runs(path, work))
    return added_to(played_calls, runs) if runs else ClientFloor(None, None, None)


def _runs(path: Path, work: RecordingSize) -> Iterator[MeasuredCalls]:
    """Play the recording at *path* again and again, until there are enough runs or a signal comes."""
    for _ in range(RUNS):
        run = played(path, work, "recorded")
        if run.interrupted:
            return
        yield run


def added_to(planned: Sequence[Recorded], runs: Iterable[MeasuredCalls]) -> ClientFloor:
    """Return what was added to *planned* in *runs*, each of which measured some of them, or all."""
    pairs = [(planned[number], seen) for run in runs for number, seen in zip(run.numbers, run.calls, strict=True)]
    added = [seen.ttft - due.ttft for due, seen in pairs]
    usual = round(median(added or [0]))
    gaps = [
        abs(gap - kept)
        for due, seen in pairs
        for kept, gap in zip(due.gaps, seen.gaps, strict=False)
        if kept >= AT_ONCE
    ]
    return ClientFloor(max(usual, 0), nine_of_ten([abs(each - usual) for each in added]), nine_of_ten(gaps))


def _no_longer(calls: Sequence[Recorded], concurrency: int) -> Iterator[Recorded]:
    """Yield as many of *calls* as take no longer than `LONGEST`, and a few at least."""
    taken = 0
    for number, call in enumerate(calls):
        if taken > LONGEST * concurrency and number >= 2 * concurrency:
            return
        taken += call.chunks[-1]
        yield call


def nine_of_ten(values: Sequence[int]) -> int:
    """
    Return what nine of ten *values* do not exceed; 0 for none.

    As reports take percentiles (`model.quantile`).

    >>> nine_of_ten(range(100)), nine_of_ten([5]), nine_of_ten([])
    (90, 5, 0)
    """
    return round(quantile(values, 0.9)) if values else 0
