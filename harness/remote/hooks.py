"""
Where the libraries send a request: wrapped while a slot runs, so that none leaves uncounted, whoever makes it.

httpx, httpx2 and what is built upon them (the OpenAI SDK, LangChain) send through httpcore's pools; aiohttp and
the standard library, with requests and urllib3 on top of it, have methods of their own. Of what goes through the
standard library the answers are not read along: their tokens are a guess.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from overlap.harness.model.endpoint import Remote
from overlap.harness.remote.meter import Meter, Ticket

Wrap = Callable[[Callable[..., Any], Meter], Callable[..., Any]]


@contextmanager
def metered(remote: Remote | None) -> Iterator[Meter | None]:
    """Count what is sent meanwhile, and hold it to *remote*; without one nothing is touched, and there is None."""
    if remote is None:
        yield None
        return
    meter = Meter(remote)
    with ExitStack() as restore:
        for module, name, method, wrap in _HOOKS:
            owner = getattr(importlib.import_module(module), name)
            original = getattr(owner, method)
            setattr(owner, method, wrap(original, meter))
            restore.callback(setattr, owner, method, original)
        try:
            yield meter
        finally:
            meter.close()


def _body(request: Any) -> bytes:
    """Answer the body of an httpcore request; empty where it is itself a stream."""
    stream = request.stream
    return b"".join(stream) if isinstance(stream, Iterable) else b""


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


class _Passing:
    """The stream of an httpcore answer, seen in passing."""

    def __init__(self, stream: Any, ticket: Ticket) -> None:
        self._stream, self._ticket = stream, ticket

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._ticket.feed(part)
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._ticket.feed(part)
            yield part

    def close(self) -> None:
        """End the answer."""
        self._ticket.end()
        self._stream.close()

    async def aclose(self) -> None:
        """End the answer."""
        self._ticket.end()
        await self._stream.aclose()


def _pool_async(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    async def handle(pool: Any, request: Any) -> Any:
        if not meter.concerns(request.url.host.decode()):
            return await original(pool, request)
        await meter.pause_async()
        ticket = meter.admit(_body(request))
        try:
            response = await original(pool, request)
        except BaseException:
            ticket.end()
            raise
        ticket.answered(response.status, _fields(response.headers))
        response.stream = _Passing(response.stream, ticket)
        return response

    return handle


def _pool(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    def handle(pool: Any, request: Any) -> Any:
        if not meter.concerns(request.url.host.decode()):
            return original(pool, request)
        meter.pause()
        ticket = meter.admit(_body(request))
        try:
            response = original(pool, request)
        except BaseException:
            ticket.end()
            raise
        ticket.answered(response.status, _fields(response.headers))
        response.stream = _Passing(response.stream, ticket)
        return response

    return handle


def _aiohttp_session(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    async def request(session: Any, *args: Any, **kwargs: Any) -> Any:
        # Here and not where it is sent: by then it has a connection, which would wait along.
        await meter.pause_async()
        return await original(session, *args, **kwargs)

    return request


def _aiohttp_request(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    async def send(request: Any, connection: Any) -> Any:
        if not meter.concerns(request.url.host):
            return await original(request, connection)
        ticket = meter.admit(getattr(request.body, "_value", b""))
        try:
            response = await original(request, connection)
        except BaseException:
            ticket.end()
            raise
        response._overlap = ticket  # noqa: SLF001  the only way from here to where the answer begins
        return response

    return send


# Answers of aiohttp that are under way, by the identity of their stream, which takes no attribute.
_streams: dict[int, Ticket] = {}


def _aiohttp_answer(original: Callable[..., Any], _meter: Meter) -> Callable[..., Any]:
    async def start(response: Any, connection: Any) -> Any:
        ticket: Ticket | None = getattr(response, "_overlap", None)
        try:
            answer = await original(response, connection)
        except BaseException:
            if ticket:
                ticket.end()
            raise
        if ticket is None:
            return answer
        # aiohttp unpacks before it hands on.
        fields = {name.lower(): value for name, value in response.headers.items()}
        ticket.answered(response.status, {**fields, "content-encoding": "identity"})
        stream = response.content
        for part in getattr(stream, "_buffer", ()):  # what came with the head
            ticket.feed(part)
        _streams[id(stream)] = ticket

        def over() -> None:
            _streams.pop(id(stream), None)
            ticket.end()

        stream.on_eof(over)
        return answer

    return start


def _aiohttp_stream(original: Callable[..., Any], _meter: Meter) -> Callable[..., Any]:
    def feed_data(stream: Any, data: bytes, *args: Any) -> Any:
        if ticket := _streams.get(id(stream)):
            ticket.feed(data)
        return original(stream, data, *args)

    return feed_data


def _floor_asked(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    async def asked(floor: Any, body: dict[str, object]) -> Any:
        await meter.pause_async()
        ticket = meter.admit(str(body).encode())
        try:
            connection = await original(floor, body)
        except BaseException:
            ticket.end()
            raise
        connection.ticket = ticket
        return connection

    return asked


def _floor_read(original: Callable[..., Any], _meter: Meter) -> Callable[..., Any]:
    async def read(connection: Any) -> bytes:
        data: bytes = await original(connection)
        ticket: Ticket = connection.ticket
        if not ticket.status:
            ticket.answered(connection.answer.status, _fields(connection.answer.fields.items()))
        ticket.feed(data)
        if not data:
            ticket.end()
        return data

    return read


def _plain_sent(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    def putrequest(connection: Any, *args: Any, **kwargs: Any) -> Any:
        if meter.concerns(connection.host):
            meter.pause()
            connection.ticket = meter.admit(b"")
        return original(connection, *args, **kwargs)

    return putrequest


def _plain_answered(original: Callable[..., Any], _meter: Meter) -> Callable[..., Any]:
    def getresponse(connection: Any, *args: Any, **kwargs: Any) -> Any:
        response = original(connection, *args, **kwargs)
        ticket = getattr(connection, "ticket", None)
        if ticket:
            fields = {name.lower(): value for name, value in response.headers.items()}
            ticket.answered(response.status, fields)
            ticket.end()
        return response

    return getresponse


_HOOKS: tuple[tuple[str, str, str, Wrap], ...] = (
    ("httpcore", "AsyncConnectionPool", "handle_async_request", _pool_async),
    ("httpcore", "ConnectionPool", "handle_request", _pool),
    ("httpcore2", "AsyncConnectionPool", "handle_async_request", _pool_async),
    ("httpcore2", "ConnectionPool", "handle_request", _pool),
    ("aiohttp.client", "ClientSession", "_request", _aiohttp_session),
    ("aiohttp.client_reqrep", "ClientRequest", "send", _aiohttp_request),
    ("aiohttp.client_reqrep", "ClientResponse", "start", _aiohttp_answer),
    ("aiohttp.streams", "StreamReader", "feed_data", _aiohttp_stream),
    ("overlap.harness.clients.floor", "Floor", "_asked", _floor_asked),
    ("overlap.harness.clients._raw", "Connection", "read", _floor_read),
    ("http.client", "HTTPConnection", "putrequest", _plain_sent),
    ("http.client", "HTTPConnection", "getresponse", _plain_answered),
)
