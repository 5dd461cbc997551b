"""`python -m overlap.mock_server.bench.beside`: how long small requests wait beside a large one."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import click
import orjson
from rich.console import Console
from rich.table import Table

from overlap.mock_server.bench.mixed_requests import complete, sent
from overlap.mock_server.bench.processes import Running, request, started

MS = 1e3
TALK = [{"role": "user", "content": "x"}]
MANY = {"x-overlap-tokens": "100000"}
DRAWN = {**MANY, "x-overlap-profile": "lognormal,ttft=0.001,itl=0.00001"}
STREAM = {"model": "m", "messages": TALK, "stream": True}
Case = tuple[str, str, dict[str, object], dict[str, str]]
CASES: tuple[Case, ...] = (
    (
        "2,048 embeddings of 3,072 numbers",
        "embeddings",
        {"model": "text-embedding-3-large", "input": [f"text {n}" for n in range(2048)]},
        {},
    ),
    ("a stream of 100,000 tokens, each time drawn", "chat/completions", STREAM, DRAWN),
    ("a stream of 100,000 tokens, all due at once", "chat/completions", STREAM, MANY),
    ("128 choices of 781 tokens", "chat/completions", {**STREAM, "n": 128}, {"x-overlap-tokens": "781"}),
    (
        "completions, 100,000 tokens, all due at once",
        "completions",
        {"model": "m", "prompt": "x", "stream": True, "max_tokens": 100_000},
        MANY,
    ),
)

TEXT = "The waits of many requests, [each] of them long, overlap. "
CHAT = {"model": "m"}
BODIES: tuple[tuple[str, str, Callable[[], dict[str, object]]], ...] = (
    ("a prompt of 8 MB", "chat/completions", lambda: {**CHAT, "messages": said(TEXT * 145_000)}),
    ("a prompt of 30 MB", "chat/completions", lambda: {**CHAT, "messages": said(TEXT * 540_000)}),
    ("200,000 messages", "chat/completions", lambda: {**CHAT, "messages": said("x") * 200_000}),
    ("900,000 messages", "chat/completions", lambda: {**CHAT, "messages": said("x") * 900_000}),
    ("a Responses input of 30 MB", "responses", lambda: {**CHAT, "input": TEXT * 540_000}),
    (
        "2,048 texts of 15 kB to embed",
        "embeddings",
        lambda: {"model": "text-embedding-3-small", "input": [TEXT * 260] * 2048},
    ),
    ("a completion's prompt of 30 MB", "completions", lambda: {**CHAT, "prompt": TEXT * 540_000}),
    (
        "128 tools of 200 kB",
        "chat/completions",
        lambda: {**CHAT, "messages": said("x"), "tools": [tool(n) for n in range(128)]},
    ),
    ("a JSON schema of 240 kB", "chat/completions", lambda: {**CHAT, "messages": said("x"), **schema(5_000)}),
    ("a JSON schema of 2 MB", "chat/completions", lambda: {**CHAT, "messages": said("x"), **schema(40_000)}),
    ("an image of 20 MB", "chat/completions", lambda: {**CHAT, "messages": seen()}),
    (
        "objects within objects, 200 deep, 15,000 times",
        "chat/completions",
        lambda: {**CHAT, "messages": said("x"), "metadata": nested()},
    ),
)


def said(words: str) -> list[dict[str, str]]:
    """Return the messages of a talk in which the user says *words*."""
    return [{"role": "user", "content": words}]


def tool(number: int) -> dict[str, object]:
    """Return a tool with a schema of some 200 kB."""
    properties = {f"property_{n}": {"type": "string", "description": TEXT} for n in range(1_900)}
    return {
        "type": "function",
        "function": {"name": f"tool_{number}", "parameters": {"type": "object", "properties": properties}},
    }


def schema(properties: int) -> dict[str, object]:
    """Return a response format with so many strings, each with a pattern."""
    properties_by_name = {f"property_{n}": {"type": "string", "pattern": "^[a-z]{3}$"} for n in range(properties)}
    wanted = {"name": "answer", "schema": {"type": "object", "properties": properties_by_name}}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


def seen() -> list[dict[str, object]]:
    """Return a message with a picture in it."""
    url = "data:image/png;base64," + "iVBORw0KGgo" * 1_900_000
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]


def nested() -> list[object]:
    """Return deep objects, as many as make 20 MB."""
    deep: object = 0
    for _ in range(200):
        deep = {"a": deep}
    return [deep] * 15_000


@dataclass(slots=True)
class Large:
    """A large answer while it is read: how much came, and whether that was all."""

    size: int = 0
    took: float = 0.0
    over: bool = False

    def read(self, server: Running, content: bytes) -> None:
        """Send the request *content* and read to the end."""
        began = time.monotonic()
        with socket.create_connection((server.host, server.port), timeout=60) as line:
            line.sendall(content)
            while data := line.recv(1 << 20):
                self.size += len(data)
        self.took, self.over = time.monotonic() - began, True


def waits(server: Running, large: Large | None, seconds: float) -> list[float]:
    """Return how long (s) small requests took, one after another, until *large* is over or time is."""
    entries = []
    small = request(stream=False, tag="000001")
    with socket.create_connection((server.host, server.port), timeout=60) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not (large is not None and large.over):
            began, received = time.perf_counter(), b""
            line.sendall(small)
            while not complete(received):
                received += line.recv(65536)
            entries.append(time.perf_counter() - began)
            time.sleep(0.001)
    return sorted(entries)


@click.command()
def main() -> None:
    """Measure it for several large answers, and for none."""
    table = Table(title="How long small requests wait while this is read and answered")
    for name in ("answered meanwhile", "MB", "seconds", "small requests", "p50, ms", "p99, ms", "longest, ms"):
        table.add_column(name, justify="left" if name == "answered meanwhile" else "right")
    with started("--port", "0", "--tokens", "5") as server:
        bodies: Iterator[Case] = ((name, path, make(), {}) for name, path, make in BODIES)
        for name, path, body, headers in chain((("nothing", "", {}, {}),), CASES, bodies):
            large = Large() if path else None
            if large is not None:
                content = sent(f"/v1/{path}", orjson.dumps(body), {**headers, "connection": "close"})
                threading.Thread(target=large.read, args=(server, content), daemon=True).start()
            entries = waits(server, large, 60.0 if large is not None else 1.0)
            shown = [entries[int(share * (len(entries) - 1))] * MS for share in (0.5, 0.99, 1.0)]
            size, took = (f"{large.size / 1e6:.0f}", f"{large.took:.2f}") if large is not None else ("", "")
            table.add_row(name, size, took, str(len(entries)), *(f"{one:.1f}" for one in shown))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
