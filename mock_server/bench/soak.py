"""
A million mixed requests, and what the server holds after each fifth of them.

Run it: `python -m overlap.mock_server.bench.soak`.

A tenth are faults, some clients hang up, some send what cannot be read. It exits with 1 if memory grows after the
first round, which fills the journal, or if anything is left over.
"""

import random
import socket
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from overlap.mock_server.bench.mixed_requests import Client, drawn
from overlap.mock_server.bench.processes import Running, started
from overlap.mock_server.bench.streams import take

MB = 1e6
GROWTH = 2.0
"""How much (MB) memory may grow over all rounds after the first."""
CLIENTS = 2


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the server holds after a round: memory, descriptors, threads, requests in flight, connections."""

    memory: int
    descriptors: int
    threads: int
    in_flight: int
    connections: int


def calls(host: str, port: int, first: int, count: int) -> int:
    """Make *count* requests, one after another, which the number of the *first* decides; return how many."""
    rng, client = random.Random(first), Client(host, port)
    for number in range(first, first + count):
        client.call(*drawn(rng, number))
    client.close()
    return count


def held(server: Running) -> Footprint:
    """Return what *server* holds, once nothing of the round is in flight, or after ten seconds."""
    until = time.monotonic() + 10
    while (entries := _gauges(server))["in_flight"] and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    process = Path(f"/proc/{server.pid}")
    descriptors, threads = (len(list((process / name).iterdir())) for name in ("fd", "task"))
    return Footprint(server.resident(), descriptors, threads, entries["in_flight"], entries["connections"])


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


def judged(rounds: list[Footprint], lost: int) -> list[str]:
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
    entries: list[Footprint] = []
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
            entries.append(now)
            row = (
                str(number + 1),
                f"{time.monotonic() - began:.0f}",
                f"{now.memory / MB:.1f}",
                f"{(now.memory - entries[0].memory) / MB:+.1f}",
                *map(str, (now.descriptors, now.threads, now.in_flight, now.connections)),
            )
            table.add_row(*row)
            print(" ".join(row), file=sys.stderr, flush=True)
        taken = take(server)
    console.print(table)
    made = rounds * CLIENTS * share
    wrong = judged(entries, made - len(taken["entries"]) - taken["dropped"])
    console.print("\n".join(wrong) if wrong else f"{made:,} requests: memory is bounded, nothing is left over.")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
