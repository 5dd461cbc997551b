"""One client's connection: bytes in, requests out to the application, one after another."""

import asyncio
import time
from collections import deque
from typing import Protocol, cast

import httptools

from overlap.mock_server.http import response_bytes
from overlap.mock_server.http.request import KEPT, Request
from overlap.mock_server.http.writer import ResponseWriter
from overlap.mock_server.wire.common import errors

LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 32 * 1024 * 1024
FRAMING = 64
"""The bytes around a chunk of a body that are taken as they come; together, all may have `LONGEST_HEAD` more."""
REQUEST = 30 * 10**9
"""How long a request may take to arrive, from its first byte to its last, in ns."""
READER = 300 * 10**9
"""How long a reader may leave its answer waiting, in ns."""


class OngoingAnswer(Protocol):
    """What is happening on a connection: a request being answered."""

    def lost(self) -> None:
        """Take note that the client has gone."""


class Application(Protocol):
    """Whoever answers the requests."""

    def opened(self, connection: "ClientConnection") -> int:
        """Take note of a new connection; return its number."""

    def closed(self, connection: "ClientConnection") -> None:
        """Take note that it is gone."""

    def serve(self, connection: "ClientConnection", request: Request) -> None:
        """Serve *request*: now, or by setting the connection's `exchange`."""

    def resume(self, connection: "ClientConnection") -> None:
        """Go on with an answer that waited for its reader."""


class ClientConnection(asyncio.Protocol):
    """
    Feeds the parser and keeps the order.

    Requests that arrive while one is being answered wait, and so does the reading of more. What cannot be parsed
    is answered with OpenAI's error and closes the connection, as nobody can say where the next request begins.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Request] = deque()
        self._serving = False
        self._reading = True
        self._received = 0
        self._raw = 0
        self._chunks = 0
        self._size = 0
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._in_head = True
        self._broken = False
        self._began = 0
        self._idle = 0
        self.exchange: OngoingAnswer | None = None
        self.number = 0
        self.used = False
        self.line: ResponseWriter
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self.line = ResponseWriter(self._transport)
        self._idle = time.monotonic_ns()
        self.number = self._application.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the answer under way that its reader has gone."""
        del exc
        self.line.shut()
        self._waiting.clear()
        self._application.closed(self)
        self.exchange = None
        del self._parser  # it refers back to this object, and would keep both until the collector comes

    def eof_received(self) -> None:
        """Take a half-closed connection for a closed one, as servers do: its client no longer waits."""
        self.line.shut()

    def tired(self, now: int, keep_alive: int) -> None:
        """Give up on a client that dawdles over its request, reads nothing, or is idle for *keep_alive* ns."""
        if self._began and now - self._began > REQUEST:
            self._received = now
            self._began = 0
            self._refuse(errors.request_timeout())
            if not self._serving:
                self._serve()
        elif self.line.paused and now - self._idle > READER:
            self.line.abort()
        elif self.exchange is None and not self._began and now - self._idle > keep_alive:
            self.line.close()

    def pause_writing(self) -> None:
        """Stop sending: the reader is slow."""
        self.line.paused = True
        self._idle = time.monotonic_ns()

    def resume_writing(self) -> None:
        """Send on."""
        self.line.paused = False
        self._application.resume(self)

    def data_received(self, data: bytes) -> None:
        """Read what came; what is complete is served."""
        self._received = time.monotonic_ns()
        if self._broken:
            return
        self._raw += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._broken = True  # what follows is not HTTP; the request itself is answered
        except httptools.HttpParserError:
            self._refuse(errors.bad_request("Invalid HTTP request received."))
        if self._raw > LONGEST_HEAD and self._began:
            self._measure()
        if not self._serving:
            self._serve()

    def _measure(self) -> None:
        """Refuse a request that has come in part, and whose head, or what is around its body, is too long."""
        if self._in_head:
            self._refuse(errors.headers_too_large(LONGEST_HEAD))
        elif self._raw - self._size - FRAMING * self._chunks > 2 * LONGEST_HEAD:
            self._refuse(errors.bad_request("Too many bytes around the chunks of the body."))

    def on_message_begin(self) -> None:
        """Start a request (called by the parser)."""
        self._began = self._received
        self._chunks = 0
        self._target = b""
        self._headers = {}
        self._body = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the target (called by the parser)."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """
        Keep a header that is looked at (called by the parser).

        Behind a body in chunks there may be more of them, which mean nothing: who may do what was said before.
        """
        if not self._in_head:
            return
        name = name.lower()
        self._size += len(name) + len(value)
        if name in KEPT:
            headers = self._headers
            if name in headers and name == b"host":
                self._refuse(errors.bad_request("A request has one Host header, and this has two."))
            headers[name] = value

    def on_headers_complete(self) -> None:
        """Ask for the body where the client waits to be asked (called by the parser)."""
        self._in_head = False
        if b"host" not in self._headers and self._parser.get_http_version() == "1.1":
            self._refuse(errors.bad_request("A request has one Host header, and this has none."))
        elif self._size + len(self._target) > LONGEST_HEAD:
            self._refuse(errors.headers_too_large(LONGEST_HEAD))
        elif int(self._headers.get(b"content-length", b"0")) > LONGEST_BODY:
            self._refuse(errors.too_large(LONGEST_BODY))
        self._size = 0
        if b"expect" in self._headers and self.exchange is None:
            self.line.put(response_bytes.CONTINUE)

    def on_chunk_header(self) -> None:
        """Count a chunk of the body (called by the parser)."""
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        """Take a part of the body (called by the parser)."""
        self._size += len(body)
        if self._size > LONGEST_BODY:
            self._refuse(errors.too_large(LONGEST_BODY))
        elif not self._broken:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Queue a complete request (called by the parser)."""
        self._in_head = True
        self._raw = self._began = 0
        if self._broken:
            return
        parser = self._parser
        self._waiting.append(
            Request(
                # By place: names cost every request half a microsecond.
                parser.get_method().decode("ascii"),
                self._target.partition(b"?")[0].decode("utf-8", "replace"),
                self._headers,
                self._body[0] if len(self._body) == 1 else b"".join(self._body),
                self._received,
                parser.should_keep_alive(),
                parser.get_http_version() != "1.0",
            )
        )

    def _refuse(self, refused: errors.ApiError) -> None:
        """Refuse what cannot be read, after what came before it, and read no more."""
        if not self._broken:
            self._broken = True
            self._body = []
            self._waiting.append(
                Request(
                    "",
                    self._target.decode("utf-8", "replace"),
                    {},
                    b"",
                    self._received,
                    keep=False,
                    chunks=True,
                    refused=refused,
                )
            )

    def _serve(self) -> None:
        self._serving = True
        while self._waiting and self.exchange is None and self.line.open:
            self._application.serve(self, self._waiting.popleft())
        self._serving = False
        if bool(self._waiting) is self._reading and self.line.open:
            self._reading = not self._reading
            (self._transport.resume_reading if self._reading else self._transport.pause_reading)()

    def done(self, *, keep: bool) -> None:
        """Go on to the next request, or close."""
        self.exchange = None
        self._idle = time.monotonic_ns()
        if not keep:
            if self.line.open:  # else a fault has seen to it
                self.line.close()
        elif not self._serving:
            self._serve()
