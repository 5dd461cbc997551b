"""Many streams at once, seen by a client outside: each token's lateness against the server's own schedule."""

import http.client
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from mock_server.bench.processes import Running, request

OPENED_TOGETHER = 8
TOKEN = b'"content":"'
ROLE = b'"content":""'
END = b"0\r\n\r\n"


@dataclass(slots=True)
class _Reader:
    """One stream: its socket, and when each of its tokens was seen."""

    socket: socket.socket
    tag: str
    seen: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What came of a number of streams: lateness in ns, sorted, as the client saw it and as the server did.

    `first`, `last` and `every` are of tokens the client saw, `server` of last tokens as written. `broken` streams
    did not come to their end; `cpu` is the share of a core that the server used meanwhile.
    """

    streams: int
    first: list[int]
    last: list[int]
    every: list[int]
    server: list[int]
    broken: int
    cpu: float


def measured(server: Running, streams: int, patience: float, headers: dict[str, str] | None = None) -> Seen:
    """
    Open *streams* streams one after another, read them all to the end, and compare with the journal.

    Gives up after *patience* seconds. *headers* go with every request.
    """
    take(server)
    before, began = server.cpu(), time.monotonic()
    readers = _read(server, streams, patience, headers or {})
    share = (server.cpu() - before) / (time.monotonic() - began)
    entries = {entry["tag"]: entry for entry in take(server)["entries"]}
    every: list[int] = []
    first: list[int] = []
    last: list[int] = []
    own: list[int] = []
    broken = 0
    for reader in readers:
        entry = entries.get(reader.tag)
        if entry is None or len(reader.seen) != len(entry["planned"]):
            broken += 1
            continue
        start = entry["received"]
        late = [seen - start - due for seen, due in zip(reader.seen, entry["planned"], strict=True)]
        every += late
        first.append(late[0])
        last.append(late[-1])
        own.append(entry["written"][-1] - entry["planned"][-1])
    return Seen(streams, sorted(first), sorted(last), sorted(every), sorted(own), broken, share)


def take(server: Running) -> dict[str, Any]:
    """Take the server's journal."""
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("POST", "/overlap/take")
    taken: dict[str, Any] = orjson.loads(connection.getresponse().read())
    connection.close()
    return taken


def _read(server: Running, streams: int, patience: float, headers: dict[str, str]) -> list[_Reader]:
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
        open_ -= _drain(poll, readers, 1)
    for reader in readers.values():
        reader.socket.close()
    poll.close()
    return list(readers.values())


def _drain(poll: select.epoll, readers: dict[int, _Reader], patience: float) -> int:
    """Read what has come; answer how many streams ended with it."""
    ended = 0
    for number, _ in poll.poll(patience):
        reader = readers[number]
        data = reader.socket.recv(65536)
        now = time.monotonic_ns()
        count = data.count(TOKEN) - data.count(ROLE)
        if count:
            reader.seen += [now] * count
        if not data or data.endswith(END):
            poll.unregister(number)
            ended += 1
    return ended
