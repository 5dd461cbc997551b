"""The floor: the least Python can do on a raw socket, and so what this machine and the harness do at best."""

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic_ns
from urllib.parse import urlsplit

from overlap.harness.clients import _chat
from overlap.harness.clients._listening import listener
from overlap.harness.clients._raw import HeardConnection, RawConnection
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.text import fast_json


class FloorClient:
    """
    Asynchronous only; one connection for each call in flight, kept alive, the last used first.

    What any client adds to these times is its own; what these add to the server's schedule is the loop's, the
    kernel's and the probe's. `waited` is called with the ns that a call has waited for a place, if that is set.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        where = urlsplit(endpoint.url(_chat.PATH))
        self._host = where.hostname or ""
        self._port = where.port or (443 if endpoint.tls else 80)
        fields = {
            "Host": where.netloc.rpartition("@")[2],
            "Content-Type": "application/json",
            **_chat.headers(endpoint),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._head = f"POST {where.path} HTTP/1.1\r\n{lines}Content-Length: ".encode("latin-1")
        self._idle: list[RawConnection] = []
        self._busy: set[RawConnection] = set()
        self._places = asyncio.Semaphore(endpoint.max_connections)
        self._listener = listener()
        self.waited: Callable[[int], None] | None = None

    async def ainvoke(self, prompt: str) -> str:
        """Return the text of one call."""
        connection = await self._asked(_chat.asking(self._endpoint, prompt))
        try:
            return _chat.text(await _whole(connection))
        finally:
            self._give_back(connection)

    async def astream(self, prompt: str) -> AsyncIterator[str]:
        """Yield the pieces of text of one call as they arrive."""
        connection = await self._asked(_chat.listening(self._endpoint, prompt))
        reader = _chat.ChatStreamReader()
        try:
            while data := await connection.read():
                if connection.answer.status >= 400:
                    await _whole(connection, data)
                for piece in reader.feed(data):
                    yield piece
            for piece in reader.end():
                yield piece
        finally:
            self._give_back(connection)

    async def aclose(self) -> None:
        """Close all connections."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()
        # The loop closes a socket one turn after `close`.
        await asyncio.sleep(0)

    async def _asked(self, body: _chat.ChatBody) -> RawConnection:
        content = fast_json.dumps(body)
        if self._listener is None:
            return await self._sent(content)
        exchange = await self._listener.asked(content)
        try:
            connection = await self._sent(content)
        except BaseException:
            exchange.end()
            raise
        if isinstance(connection, HeardConnection):
            connection.exchange = exchange
        return connection

    async def _sent(self, content: bytes) -> RawConnection:
        if self._places.locked():
            await self._wait_for_place()
        else:
            await self._places.acquire()
        try:
            connection = self._rested() or await self._opened()
        except BaseException:
            self._places.release()
            raise
        self._busy.add(connection)
        connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(content), content))
        return connection

    async def _wait_for_place(self) -> None:
        began = monotonic_ns()
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                await self._places.acquire()
        finally:
            if self.waited:
                self.waited(monotonic_ns() - began)

    def _rested(self) -> RawConnection | None:
        """Return the idle connection that was used last; those idle for too long are closed."""
        oldest = asyncio.get_running_loop().time() - self._endpoint.keepalive
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since >= oldest and not connection.lost:
                return connection
            connection.close()
        return None

    async def _opened(self) -> RawConnection:
        loop, endpoint = asyncio.get_running_loop(), self._endpoint
        kind = RawConnection if self._listener is None else HeardConnection
        async with asyncio.timeout(endpoint.timeout):
            _, connection = await loop.create_connection(
                lambda: kind(endpoint.timeout), self._host, self._port, ssl=endpoint.tls or None
            )
        return connection

    def _give_back(self, connection: RawConnection) -> None:
        self._busy.discard(connection)
        self._places.release()
        if connection.rest():
            self._idle.append(connection)


async def _whole(connection: RawConnection, begun: bytes = b"") -> bytes:
    """Read the body, of which *begun* is known, to its end; raises `Refused` where the status is an error."""
    parts = [begun]
    while data := await connection.read():
        parts.append(data)
    body, status = b"".join(parts), connection.answer.status
    if status >= 400:
        raise _chat.Refused(body.decode(errors="replace"), status)
    return body


def client(endpoint: Endpoint) -> FloorClient:
    """Make a client with connections of its own."""
    return FloorClient(endpoint)
