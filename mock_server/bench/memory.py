"""What is left over of many requests of all kinds, a tenth of them faults or clients that leave."""

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overlap.mock_server.bench.mixed_requests import Client, drawn
from overlap.mock_server.bench.processes import Running, started
from overlap.mock_server.bench.streams import take

WARM = 20_000
EVERY = 2_000
MB = 1e6


@dataclass(frozen=True, slots=True)
class Left:
    """
    What was left of *calls* requests.

    `grown` is how many bytes of memory came on top after the first `WARM`; `entries` is how many requests the
    journal told of; `in_flight` and `descriptors` are what the server still held beyond what it began with.
    """

    calls: int
    grown: int
    entries: int
    in_flight: int
    descriptors: int


def measured(calls: int, core: str) -> Left:
    """Make *calls* requests on one server, one after another, and look at what it keeps."""
    with started("--port", "0", "--cores", core, "--tokens", "20") as server:
        before = _descriptors(server)
        rng = random.Random(7)
        client = Client(server.host, server.port)
        entries = warm = 0
        for number in range(calls):
            client.call(*drawn(rng, number))
            if number % EVERY == EVERY - 1:
                entries += len(take(server)["entries"])
            if number + 1 == min(WARM, calls):
                warm = server.resident()
        client.close()
        rest = _settled(server)
        return Left(
            calls=calls,
            grown=server.resident() - warm,
            entries=entries + len(rest["entries"]),
            in_flight=rest["in_flight"],
            descriptors=_descriptors(server) - before,
        )


def _settled(server: Running) -> dict[str, Any]:
    """Take the journal until nothing is in flight, for a second at most; answer all of it."""
    taken = take(server)
    until = time.monotonic() + 1
    while taken["in_flight"] and time.monotonic() < until:
        time.sleep(0.02)
        again = take(server)
        taken = {**again, "entries": taken["entries"] + again["entries"]}
    time.sleep(0.1)
    return taken


def _descriptors(server: Running) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def told(left: Left) -> str:
    """Return it in a sentence."""
    return (
        f"{left.calls:,} requests, a tenth faults or clients that left: memory grew by {left.grown / MB:.1f} MB "
        f"after the first {WARM:,}; {left.entries:,} journal entries; left over: {left.in_flight} requests, "
        f"{left.descriptors} descriptors."
    )
