"""Many streams at once, seen by a client outside: each token's lateness against the server's own schedule."""

import http.client
import math
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from overlap.mock_server.bench.processes import Running, request

OPENED_TOGETHER = 8
TOKEN = b'"content":"'
ROLE = b'"content":""'
EVENT = b"\n\n"
END = b"0\r\n\r\n"
LATE = 10_000_000
"""The lateness of the 99th percentile at which a server counts as saturated, in ns."""


@dataclass(slots=True)
class _Reader:
    """One stream: its socket, the event that has come in part, and when each of its tokens was seen."""

    socket: socket.socket
    tag: str
    part: bytes = b""
    seen: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """
    What came of a number of streams: lateness in ns, as the client saw it and as the server did.

    `first`, `last` and `every` are of tokens the client saw, `server` of last tokens as written. `broken` streams
    did not come to their end; `planned` are the due times of those that did; `cpu` is the share of a core that the
    server used meanwhile.
    """

    streams: int
    first: list[int]
    last: list[int]
    every: list[int]
    server: list[int]
    planned: list[list[int]]
    broken: int
    cpu: float


def measured(  # noqa: PLR0913 - how a client reads, in words
    server: Running,
    streams: int,
    patience: float,
    headers: dict[str, str] | None = None,
    *,
    order: bool = False,
    awake: bool = False,
) -> StreamTimes:
    """
    Open *streams* streams one after another, read them all to the end, and compare with the journal.

    Gives up after *patience* seconds. *headers* go with every request. Lateness is sorted, but for `every` where
    *order* asks for the order of the tokens. A client that stays *awake* polls without sleeping: for one with a
    core of its own, so that its waking is neither in the figures nor paid for by the server that wakes it.
    """
    take(server)
    before, began = server.cpu(), time.monotonic()
    readers = _read(server, streams, patience, headers or {}, awake=awake)
    share = (server.cpu() - before) / (time.monotonic() - began)
    entries = {entry["tag"]: entry for entry in take(server)["entries"]}
    whole = [
        (reader.seen, entries[reader.tag]) for reader in readers if _complete(reader, entries.get(reader.tag))
    ]
    late = [_late(seen, entry) for seen, entry in whole]
    every = [one for stream in late for one in stream]
    return StreamTimes(
        streams=streams,
        first=sorted(stream[0] for stream in late),
        last=sorted(stream[-1] for stream in late),
        every=every if order else sorted(every),
        server=sorted(entry["lateness"] for _, entry in whole),
        planned=[entry["planned"] for _, entry in whole],
        broken=streams - len(whole),
        cpu=share,
    )


def quantile(late: list[int], share: float) -> int | None:
    """Return the smallest of the sorted *late* that at least *share* of them do not exceed; None of none."""
    return late[max(math.ceil(share * len(late)) - 1, 0)] if late else None


def saturation(by_width: list[StreamTimes]) -> str:
    """Return in a sentence where the 99th percentile of the last token's lateness passes 10 ms."""
    kept = [seen.streams for seen in by_width if (quantile(seen.last, 0.99) or 0) <= LATE and not seen.broken]
    over = [seen.streams for seen in by_width if (quantile(seen.last, 0.99) or LATE + 1) > LATE or seen.broken]
    if not over:
        return f"p99 stayed within 10 ms up to {max(kept)} streams, the most that were tried."
    if not kept or min(over) < max(kept):
        return f"p99 passed 10 ms at {min(over)} streams; this machine was busy with something else, or is small."
    return f"p99 passes 10 ms between {max(kept)} and {min(over)} streams."


def _complete(reader: _Reader, entry: dict[str, Any] | None) -> bool:
    return entry is not None and len(reader.seen) == len(entry["planned"]) == len(entry["written"]) > 0


def _late(seen: list[int], entry: dict[str, Any]) -> list[int]:
    start = entry["received"]
    return [at - start - due for at, due in zip(seen, entry["planned"], strict=True)]


def take(server: Running) -> dict[str, Any]:
    """Take the server's journal."""
    connection = http.client.HTTPConnection(server.host, server.port)
    headers = {"Content-Type": "application/json"}
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    connection.request("POST", "/overlap/take", headers=headers)
    taken: dict[str, Any] = orjson.loads(connection.getresponse().read())
    connection.close()
    return taken


def _read(
    server: Running, streams: int, patience: float, headers: dict[str, str], *, awake: bool
) -> list[_Reader]:
    poll = select.epoll()
    readers: dict[int, _Reader] = {}
    open_ = 0
    for number in range(streams):
        tag = f"{number:06d}"
        reader = _Reader(socket.create_connection((server.host, server.port)), tag)
        reader.socket.settimeout(0)
        reader.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        readers[reader.socket.fileno()] = reader
        poll.register(reader.socket, select.EPOLLIN)
        reader.socket.send(request(stream=True, tag=tag, headers=headers))
        open_ += 1
        if number % OPENED_TOGETHER == 0:
            open_ -= _drain(poll, readers, 0)
    until = time.monotonic() + patience
    while open_ and time.monotonic() < until:
        open_ -= _drain(poll, readers, 0 if awake else 1)
    for reader in readers.values():
        reader.socket.close()
    poll.close()
    return list(readers.values())


def _drain(poll: select.epoll, readers: dict[int, _Reader], patience: float) -> int:
    """Read what has come; return how many streams ended with it."""
    ended = 0
    for number, _ in poll.poll(patience):
        reader = readers[number]
        data = reader.socket.recv(65536)
        now = time.monotonic_ns()
        # Whoever is kept from reading for a while gets so much at once that its end is not an event's.
        come = reader.part + data
        events, _, reader.part = come.rpartition(EVENT)
        count = events.count(TOKEN) - events.count(ROLE)
        if count:
            reader.seen += [now] * count
        if not data or come.endswith(END):
            poll.unregister(number)
            ended += 1
    return ended
