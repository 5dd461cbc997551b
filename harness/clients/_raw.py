"""One keep-alive connection and the HTTP/1.1 answers on it, by hand: nothing between the socket and the bytes."""

import asyncio
from typing import cast

from overlap.harness.clients._chat import Refused
from overlap.harness.clients._listening import ExchangeListener
from overlap.harness.text.numerals import exactly


class RawResponse:
    """
    One answer as its bytes come: `status` once its head is there, `complete` once nothing of it is missing.

    `fields` are the head's, in lower case. Knows a length, chunks (without trailers), and a body that ends with
    the connection. A chunk is handed on when all of it is there: servers of events write one event a chunk.
    """

    __slots__ = ("_chunked", "_left", "_rest", "complete", "fields", "keep", "status")

    def __init__(self) -> None:
        self.status = 0
        self.complete = False
        self.keep = True
        self.fields: dict[bytes, bytes] = {}
        self._rest = b""
        self._chunked = False
        self._left: int | None = None

    def feed(self, data: bytes) -> bytes:
        """Return what *data* adds to the body; raises ValueError for what is no HTTP."""
        if not self.status:
            head, gap, data = (self._rest + data).partition(b"\r\n\r\n")
            if not gap:
                self._rest = head
                return b""
            self._rest = b""
            self._begin(head.lower())
        return self._unchunked(data) if self._chunked else self._counted(data)

    def _begin(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        self.status = int(first.split(None, 2)[1])
        fields = {name: value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        self.fields = fields
        self._chunked = fields.get(b"transfer-encoding") == b"chunked"
        length = fields.get(b"content-length")
        self._left = int(length) if length is not None else None
        self.keep = fields.get(b"connection") != b"close" and (self._chunked or length is not None)

    def _counted(self, data: bytes) -> bytes:
        if self._left is not None:
            self._left -= len(data)
            self.complete = self._left <= 0
        return data

    def _unchunked(self, data: bytes) -> bytes:
        if self._rest:
            data = self._rest + data
        parts, at = [], 0
        while not self.complete and (end := data.find(b"\r\n", at)) >= 0:
            size = int(data[at:end].partition(b";")[0], 16)
            begin, end = end + 2, end + 2 + size
            if len(data) < end + 2:
                break
            parts.append(data[begin:end])
            at = end + 2
            self.complete = size == 0
        self._rest = data[at:]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def ended(self) -> bool:
        """Note that the connection is closed; return whether the answer is complete by that."""
        self.complete = self.complete or bool(self.status and not self._chunked and self._left is None)
        return self.complete


class RawConnection(asyncio.Protocol):
    """
    One connection; `ask` sends a request, `read` returns the body of its response piece by piece.

    *timeout* (s) is the longest silence. One timer a call looks after it, and not one a read: setting a timer
    costs more than reading an event.
    """

    def __init__(self, timeout: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._parts: list[bytes] = []
        self._failure: Exception | None = None
        self.answer = RawResponse()
        self.idle_since = 0.0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Decode what arrived, and wake the reader that waits for it."""
        self._heard = self._loop.time()
        try:
            part = self.answer.feed(data)
        except (ValueError, IndexError):
            self._fail(Refused("this is no HTTP"))
            return
        if part:
            self._parts.append(part)
        if part or self.answer.complete:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the response if it is not complete: nothing more will come."""
        self.lost = True
        if not self.answer.ended():
            self._failure = self._failure or exc or ConnectionResetError("the answer ended in the middle")
        self._wake()

    def ask(self, request: bytes) -> None:
        """Send *request*; the answer before it must be complete."""
        assert self._transport is not None
        self.answer = RawResponse()
        self._heard = self._loop.time()
        self._timer = self._loop.call_later(self._timeout, self._watch)
        self._transport.write(request)

    async def read(self) -> bytes:
        """Return what has come of the body, waiting for some; empty at its end. Raises the error that ended it."""
        if not self._parts and not self.answer.complete and not self._failure:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._parts:
            body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self._parts.clear()
            return body
        if self._failure:
            raise self._failure
        return b""

    def rest(self) -> bool:
        """End the call; return whether the connection can be used again, else it is closed."""
        if self._timer:
            self._timer.cancel()
        self.idle_since = self._loop.time()
        usable = self.answer.complete and self.answer.keep and not self.lost
        if not usable:
            self.close()
        return usable

    def close(self) -> None:
        """Close it at once; what is on its way is dropped."""
        if self._transport:
            self._transport.abort()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, why: Exception) -> None:
        self._failure = why
        self.close()
        self._wake()

    def _watch(self) -> None:
        """Give up after a silence, if a caller is waiting for data."""
        now = self._loop.time()
        quiet = now - self._heard if self._waiter else 0.0
        # uvloop's timers may fire up to a millisecond early.
        if quiet >= self._timeout - 0.001:
            self._fail(TimeoutError(f"nothing came for {exactly(self._timeout)} s"))
        else:
            self._timer = self._loop.call_later(self._timeout - quiet, self._watch)


class HeardConnection(RawConnection):
    """A connection whose answers are reported: `exchange` receives the one under way."""

    exchange: ExchangeListener | None = None
    _reported = False

    async def read(self) -> bytes:
        """Return what has come of the body, as any connection does, and report it."""
        data = await super().read()
        if exchange := self.exchange:
            if not self._reported:
                fields = self.answer.fields.items()
                named = {name.decode("latin-1"): value.decode("latin-1") for name, value in fields}
                exchange.answered(self.answer.status, named)
                self._reported = True
            exchange.feed(data)
            if not data:
                exchange.end()
        return data

    def ask(self, request: bytes) -> None:
        """Send *request*, whose answer is yet to be reported."""
        self._reported = False
        super().ask(request)
