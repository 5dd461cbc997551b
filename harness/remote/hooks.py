"""
Wraps the functions by which libraries send a request while a slot runs, so that every request is counted.

httpx, httpx2 and what is built upon them (the OpenAI SDK, LangChain) send through httpcore's pools; aiohttp and
the standard library, with requests and urllib3 on top of it, have methods of their own. Of what goes through the
standard library the answers are not read along: their tokens are a guess. Our own floor client reports by itself.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from overlap.harness.clients._listening import listening
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
        restore.enter_context(listening(meter))
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
    """Return the body of an httpcore request; empty where it is itself a stream."""
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


@contextmanager
def _admitted(meter: Meter, body: bytes) -> Iterator[Ticket]:
    """Count a request that is about to leave; one that fails before it is answered has ended."""
    ticket = meter.admit(body)
    try:
        yield ticket
    except BaseException:
        ticket.end()
        raise


def _answered(response: Any, ticket: Ticket) -> Any:
    """Return an httpcore *response* whose head is noted and whose body is seen in passing."""
    ticket.answered(response.status, _fields(response.headers))
    response.stream = _Passing(response.stream, ticket)
    return response


def _pool_async(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    async def handle(pool: Any, request: Any) -> Any:
        if not meter.concerns(request.url.host.decode()):
            return await original(pool, request)
        await meter.pause_async()
        with _admitted(meter, _body(request)) as ticket:
            return _answered(await original(pool, request), ticket)

    return handle


def _pool(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    def handle(pool: Any, request: Any) -> Any:
        if not meter.concerns(request.url.host.decode()):
            return original(pool, request)
        meter.pause()
        with _admitted(meter, _body(request)) as ticket:
            return _answered(original(pool, request), ticket)

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
        with _admitted(meter, getattr(request.body, "_value", b"")) as ticket:
            response = await original(request, connection)
        response._overlap = ticket  # noqa: SLF001  the only way from here to where the answer begins
        return response

    return send


def _aiohttp_answer(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
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
        meter.streams[id(stream)] = ticket

        def over() -> None:
            meter.streams.pop(id(stream), None)
            ticket.end()

        stream.on_eof(over)
        return answer

    return start


def _aiohttp_stream(original: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    def feed_data(stream: Any, data: bytes, *args: Any) -> Any:
        if ticket := meter.streams.get(id(stream)):
            ticket.feed(data)
        return original(stream, data, *args)

    return feed_data


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
    ("http.client", "HTTPConnection", "putrequest", _plain_sent),
    ("http.client", "HTTPConnection", "getresponse", _plain_answered),
)
