"""What is left over of many requests of all kinds, a tenth of them faults or clients that leave."""

import contextlib
import random
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overlap.mock_server.bench.processes import Running, request, started
from overlap.mock_server.bench.streams import take

WARM = 20_000
EVERY = 2_000
FAULTS = (
    "cut,after=2",
    "reset,after=2",
    "half_close,after=2",
    "status,code=500",
    "bad_json",
    "error_event,after=1",
)
LEAVES = {"x-overlap-profile": "steady,ttft=5"}
MALFORMED = b"POST /v1/chat/completions HTTP/1.1\r\nhost: overlap\r\ncontent-length: 1\r\n\r\n{"
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


class Client:
    """One client that keeps its connection while it may."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._line: socket.socket | None = None

    def call(self, rng: random.Random, tag: str) -> None:
        """Make a request of any kind: whole or streamed, malformed, with a fault, or given up at once."""
        kind = rng.random()
        if kind < 0.8:
            self._ask(request(stream=kind < 0.3, tag=tag))
        elif kind < 0.9:
            self._ask(MALFORMED)
        elif kind < 0.95:
            self._ask(request(stream=kind < 0.93, tag=tag, headers={"x-overlap-fault": rng.choice(FAULTS)}))
            self.close()
        else:
            self._open().sendall(request(stream=kind < 0.98, tag=tag, headers=LEAVES))
            self.close()

    def _open(self) -> socket.socket:
        if self._line is None:
            self._line = socket.create_connection((self._server.host, self._server.port), timeout=10)
        return self._line

    def _ask(self, sent: bytes) -> None:
        line, received = self._open(), b""
        with contextlib.suppress(ConnectionError):
            line.sendall(sent)
            while not _complete(received):
                data = line.recv(65536)
                if not data:
                    self.close()
                    return
                received += data

    def close(self) -> None:
        """Leave."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _complete(received: bytes) -> bool:
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"transfer-encoding: chunked" in head:
        return rest.endswith(b"0\r\n\r\n")
    return len(rest) >= int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])


def measured(calls: int, core: str) -> Left:
    """Make *calls* requests on one server, one after another, and look at what it keeps."""
    with started("--port", "0", "--cores", core, "--tokens", "20") as server:
        before = _descriptors(server)
        rng = random.Random(7)
        client = Client(server)
        entries = warm = 0
        for number in range(calls):
            client.call(rng, f"{number:06d}")
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
