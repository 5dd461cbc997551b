"""Mock servers as processes of their own, and a raw client that sends bytes and keeps what comes back."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from overlap.mock_server.bench.processes import Running, started
from overlap.mock_server.bench.streams import take

Serve = Callable[..., Running]


@pytest.fixture(scope="session")
def known() -> Iterator[Serve]:
    """A server with these words on a free port, started once and ended with the session."""
    with ExitStack() as running:
        servers: dict[tuple[str, ...], Running] = {}

        def start(*words: str) -> Running:
            if words not in servers:
                servers[words] = running.enter_context(started("--port", "0", *words))
            return servers[words]

        yield start


@pytest.fixture
def serve(known: Serve) -> Iterator[Serve]:
    """
    A server with these words on a free port.

    Tests of the same words share one, with an empty journal; `fresh` is for those that leave something behind or
    count from the first request: they get one of their own, which ends with the test.
    """
    with ExitStack() as running:

        def start(*words: str, fresh: bool = False) -> Running:
            if fresh:
                return running.enter_context(started("--port", "0", *words))
            server = known(*words)
            taken(server)
            return server

        yield start


def taken(server: Running) -> list[dict[str, Any]]:
    """Take the journal once nothing is in flight; return its entries in order of arrival."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + 30
    while time.monotonic() < until:
        part = take(server)
        found += part["entries"]
        if not part["in_flight"]:
            return sorted(found, key=lambda entry: entry["received"])
        time.sleep(0.01)
    raise AssertionError("requests are still in flight")


@dataclass
class Answer:
    """What a raw client got: status (None where no head came), head, rest, and whether it ended in a reset."""

    status: int | None
    head: bytes
    rest: bytes
    reset: bool

    @property
    def error(self) -> dict[str, Any]:
        """OpenAI's error object."""
        found: dict[str, Any] = json.loads(self.rest)["error"]
        return found


def body(text: str = "hello", **fields: Any) -> bytes:
    """Return the JSON of a chat request."""
    return json.dumps({"model": "mock-model", "messages": [{"role": "user", "content": text}], **fields}).encode()


def post(content: bytes, path: str = "/v1/chat/completions", *, close: bool = True, **headers: str) -> bytes:
    """Return the bytes of a POST."""
    usual = {"host": "localhost", "content-type": "application/json", "content-length": str(len(content))}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**usual, **given}.items())]
    lines += ["connection: close"] if close else []
    return "\r\n".join([*lines, "", ""]).encode() + content


def talk(server: Running, *parts: bytes, pause: float = 0.0, patience: float = 10.0) -> Answer:
    """Send *parts* one after another and read until the server closes, or *patience* seconds have passed."""
    received, reset = b"", False
    with socket.create_connection((server.host, server.port), timeout=patience) as line:
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            while data := line.recv(65536):
                received += data
        except ConnectionError:
            reset = True
        except TimeoutError:
            pass
    head, _, rest = received.partition(b"\r\n\r\n")
    return Answer(int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else None, head, rest, reset)


@pytest.fixture
def say() -> Callable[..., Answer]:
    """Send a chat request with these fields, and these headers in `headers`; return what came back."""

    def chat(server: Running, text: str = "hello", headers: dict[str, str] | None = None, **fields: Any) -> Answer:
        return talk(server, post(body(text, **fields), **(headers or {})))

    return chat


@pytest.fixture
def raw() -> Callable[..., Answer]:
    """Send any bytes."""
    return talk


@pytest.fixture
def request_bytes() -> Callable[..., bytes]:
    """Make the bytes of a POST."""
    return post


@pytest.fixture
def entries() -> Callable[[Running], list[dict[str, Any]]]:
    """Take the journal once nothing is in flight; return its entries in order of arrival."""
    return taken
