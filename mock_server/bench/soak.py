"""
A million mixed requests, and what the server holds after each fifth of them.

Run it: `python -m overlap.mock_server.bench.soak`.

A tenth are faults, some clients hang up, some send what cannot be read. It exits with 1 if memory grows after the
first round, which fills the journal, or if anything is left over.
"""

import contextlib
import random
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from overlap.mock_server.bench.processes import Running, started
from overlap.mock_server.bench.streams import take

MB = 1e6
GROWTH = 2.0
"""How much (MB) memory may grow over all rounds after the first."""
CLIENTS = 2
FAULTS = (
    *("cut,after=2", "reset,after=2", "half_close,after=2", "status,code=500", "status,code=429", "bad_json"),
    *("error_event,after=1", "split,gap=0", "pack", "drip", "wrong_length", "slow_headers,gap=0"),
)
PROFILES = ("instant", "steady,ttft=0.0001,itl=0", "lognormal,ttft=0.0001,itl=0", "gamma,ttft=0.0001,itl=0")
WRONG = ("nope", ".", "../../x", "os.path", "steady,ttft=x", "\u00b2")
TALK = [{"role": "user", "content": "Name one use of a brick."}]
BODIES: tuple[tuple[str, dict[str, object]], ...] = (
    ("chat/completions", {"model": "gpt-4o-mini", "messages": TALK}),
    ("chat/completions", {"model": "gpt-4o-mini", "messages": TALK, "stream": True}),
    ("completions", {"model": "m", "prompt": "p", "stream": True}),
    ("responses", {"model": "m", "input": "i", "stream": True}),
    ("embeddings", {"model": "m", "input": "i", "dimensions": 64}),
)
LONG = {"x-overlap-tokens": "5000"}


@dataclass(frozen=True, slots=True)
class Held:
    """What the server holds after a round: memory, descriptors, threads, requests in flight, connections."""

    memory: int
    descriptors: int
    threads: int
    in_flight: int
    connections: int


def sent(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of a request."""
    lines = {"host": "localhost", "content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def drawn(rng: random.Random, number: int) -> tuple[bytes, str]:
    """Return a request of any kind, and what its client does: `reads`, `closes` after it, or `leaves` at once."""
    path, body = rng.choice(BODIES)
    content = orjson.dumps({**body, "user": f"[call {number:08d}]"})
    kind, headers, then = rng.random(), {}, "reads"
    if kind < 0.10:
        headers, then = {"x-overlap-fault": rng.choice(FAULTS)}, "closes"
    elif kind < 0.13:
        headers, then = {"x-overlap-profile": "steady,ttft=5"}, "leaves"
    elif kind < 0.18:
        content = content[: len(content) // 2]
    elif kind < 0.23:
        headers = {rng.choice(("x-overlap-profile", "x-overlap-tokens")): rng.choice(WRONG)}
    elif kind < 0.2305:
        headers, then = LONG, "closes"
    elif kind < 0.60:
        headers = {"x-overlap-profile": rng.choice(PROFILES), "x-overlap-tokens": str(rng.randrange(1, 40))}
    if then == "closes":
        headers["connection"] = "close"
    return sent(f"/v1/{path}", content, headers), then


class Client:
    """One client that keeps its connection while it may."""

    def __init__(self, host: str, port: int) -> None:
        self._where = (host, port)
        self._line: socket.socket | None = None

    def call(self, request: bytes, then: str) -> None:
        """Send *request*, and do with the answer what *then* says."""
        if self._line is None:
            self._line = socket.create_connection(self._where, timeout=30)
        with contextlib.suppress(ConnectionError):
            self._line.sendall(request)
            if then == "reads":
                self._read(self._line, complete)
            elif then == "closes":
                self._read(self._line, lambda _: False)
        if then != "reads":
            self.close()

    def _read(self, line: socket.socket, complete: Callable[[bytes], bool]) -> None:
        received = b""
        while not complete(received):
            data = line.recv(65536)
            if not data:
                self.close()
                return
            received = received[-4096:] + data if len(received) > 65536 else received + data

    def close(self) -> None:
        """Leave."""
        if self._line is not None:
            self._line.close()
            self._line = None


def complete(received: bytes) -> bool:
    """Return whether the answer in *received* has come to its end."""
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"transfer-encoding: chunked" in head:
        return rest.endswith(b"0\r\n\r\n")
    return len(rest) >= int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])


def calls(host: str, port: int, first: int, count: int) -> int:
    """Make *count* requests, one after another, which the number of the *first* decides; return how many."""
    rng, client = random.Random(first), Client(host, port)
    for number in range(first, first + count):
        client.call(*drawn(rng, number))
    client.close()
    return count


def held(server: Running) -> Held:
    """Return what *server* holds, once nothing of the round is in flight, or after ten seconds."""
    until = time.monotonic() + 10
    while (found := _gauges(server))["in_flight"] and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    process = Path(f"/proc/{server.pid}")
    descriptors, threads = (len(list((process / name).iterdir())) for name in ("fd", "task"))
    return Held(server.resident(), descriptors, threads, found["in_flight"], found["connections"])


def _gauges(server: Running) -> dict[str, int]:
    with socket.create_connection((server.host, server.port), timeout=30) as line:
        line.sendall(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        text = b""
        while data := line.recv(65536):
            text += data
    samples = dict(row.rsplit(" ", 1) for row in text.decode().splitlines() if row.startswith("overlap_"))
    # The one that asks is a connection too.
    return {
        "in_flight": int(samples["overlap_in_flight"]),
        "connections": int(samples["overlap_connections"]) - 1,
    }


def judged(rounds: list[Held], lost: int) -> list[str]:
    """Return what is wrong with what was held after each round, the first of which fills what is bounded."""
    first, last = rounds[0], rounds[-1]
    wrong = []
    grown = (last.memory - first.memory) / MB
    if grown > GROWTH:
        wrong.append(f"memory grew by {grown:.1f} MB after the first round, more than {GROWTH:g} MB")
    wrong += [
        f"{getattr(last, name)} {words}, {getattr(first, name)} after the first round"
        for name, words in (("descriptors", "descriptors"), ("threads", "threads"))
        if getattr(last, name) > getattr(first, name)
    ]
    wrong += [
        f"{getattr(last, name)} {words} left over"
        for name, words in (("in_flight", "requests"), ("connections", "connections"))
        if getattr(last, name)
    ]
    if lost:
        wrong.append(f"{lost} requests are neither in the journal nor among those it counts as dropped")
    return wrong


@click.command()
@click.option("--requests", default=200_000, help="requests in a round", show_default=True)
@click.option("--rounds", default=5, help="rounds; the first fills the journal and is no part of the growth")
@click.option(
    "--journal", default=100_000, help="entries of the journal; a round should have more", show_default=True
)
@click.option("--seed", default=7, help="seed of what is sent", show_default=True)
def main(requests: int, rounds: int, journal: int, seed: int) -> None:
    """Send mixed requests to a server in rounds, and exit with 1 if it holds more and more."""
    console = Console(width=110)
    table = Table(
        title=f"{rounds} rounds of {requests:,} mixed requests: a tenth faults, 3 % hang-ups, 10 % mistakes"
    )
    for name in (
        "round",
        "seconds",
        "memory, MB",
        "grown, MB",
        "descriptors",
        "threads",
        "in flight",
        "connections",
    ):
        table.add_column(name, justify="right")
    found: list[Held] = []
    words = ("--port", "0", "--tokens", "20", "--journal", str(journal))
    with started(*words) as server, ProcessPoolExecutor(CLIENTS) as pool:
        share = requests // CLIENTS
        for number in range(rounds):
            began = time.monotonic()
            starts = [seed * 10**7 + (number * CLIENTS + client) * share for client in range(CLIENTS)]
            list(
                pool.map(calls, *zip(*((server.host, server.port, start, share) for start in starts), strict=True))
            )
            now = held(server)
            found.append(now)
            row = (
                str(number + 1),
                f"{time.monotonic() - began:.0f}",
                f"{now.memory / MB:.1f}",
                f"{(now.memory - found[0].memory) / MB:+.1f}",
                *map(str, (now.descriptors, now.threads, now.in_flight, now.connections)),
            )
            table.add_row(*row)
            print(" ".join(row), file=sys.stderr, flush=True)
        taken = take(server)
    console.print(table)
    made = rounds * CLIENTS * share
    wrong = judged(found, made - len(taken["entries"]) - taken["dropped"])
    console.print("\n".join(wrong) if wrong else f"{made:,} requests: memory is bounded, nothing is left over.")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
