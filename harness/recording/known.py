"""What the measuring client adds and cannot tell apart: it is put before a schedule that is known."""

import sys
from dataclasses import replace
from itertools import repeat
from statistics import median, quantiles
from typing import NamedTuple

from harness.endpoint import Endpoint, Remote
from harness.recording.measure import Measured, Work, measure
from harness.seats import seats
from harness.server import start


class Floor(NamedTuple):
    """What is added to a known first token; by how much that, and a gap, is off nine times of ten (ns)."""

    added: int
    spread: int
    resolution: int


TTFT, GAP, TOKENS = 50_000_000, 5_000_000, 20
# Without limits: it is our own server, on this host.
ENDLESS = Remote("", "mock-model", None, TOKENS, 10**9, 10**12)


def mock(*words: str) -> list[str]:
    """Answer the command that starts the mock with *words* on a free port."""
    return [sys.executable, "-m", "mock_server", "--port", "0", *words]


def against_mock(words: list[str], work: Work, seed: int = 7) -> Measured:
    """Measure the mock with *words*, on a core of its own where there are two. Raises `NotReady`."""
    with start(mock(*words, "--seed", str(seed)), seats().theirs) as server:
        base = f"{server.base_url}/v1"
        # Asked for its usage as a real endpoint is: the same events come.
        endpoint = Endpoint(base, max_connections=work.concurrency, stream_usage=True)
        return measure(endpoint, repeat("Hello."), work, replace(ENDLESS, base_url=base))


def floor(concurrency: int) -> Floor:
    """
    Answer what the client itself adds at this concurrency; raises `NotReady` where the mock does not come up.

    Three times over, since the machine's mood from one to the next is what limits a comparison of recordings.
    """
    words = ["--profile", f"steady,ttft={TTFT / 1e9},itl={GAP / 1e9}", "--tokens", str(TOKENS)]
    runs = [against_mock(words, Work(max(2 * concurrency, 20), concurrency)).calls for _ in range(3)]
    added = [call.ttft - TTFT for calls in runs for call in calls]
    usual = round(median(added))
    gaps = [abs(gap - GAP) for calls in runs for call in calls for gap in call.gaps]
    return Floor(max(usual, 0), _nine_of_ten([abs(each - usual) for each in added]), _nine_of_ten(gaps))


def _nine_of_ten(values: list[int]) -> int:
    return round(quantiles(values, n=10)[-1])
