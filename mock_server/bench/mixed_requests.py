"""Requests of every kind, drawn from a seed, and a client that sends them: what soak and memory have in common."""

import contextlib
import random
import socket
from collections.abc import Callable

import orjson

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
