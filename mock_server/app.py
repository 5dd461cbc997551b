"""The application: from a request to the pieces of its answer and their due times."""

import time
from array import array
from types import ModuleType

from mock_server import registry, reply
from mock_server.config import Config
from mock_server.connection import Connection
from mock_server.control import PREFIX, Control
from mock_server.exchange import Exchange
from mock_server.identity import Identity
from mock_server.journal import Entry, Journal
from mock_server.pacer import Pacer
from mock_server.request import Request
from mock_server.wire import errors, models
from mock_server.wire.answer import Answer

AT_ONCE = array("q", [0])
NONE_YET = array("q")


def endpoints() -> dict[str, ModuleType]:
    """Answer the modules of the wire that serve a path, by path."""
    modules = (registry.load("mock_server.wire", name) for name in registry.names("mock_server.wire"))
    return {module.PATH: module for module in modules if hasattr(module, "events") and hasattr(module, "PATH")}


class App:
    """Everything one server process knows: its schedule, journal, pacer and connections."""

    def __init__(self, config: Config, pacer: Pacer) -> None:
        self.config = config
        self.journal = Journal(config.journal)
        self.pacer = pacer
        self.connections: set[Connection] = set()
        self._schedule = config.schedule()
        self._endpoints = endpoints()
        self._control = Control(config, self.journal, pacer.kind)
        self._identity = Identity()
        self._untagged = 0
        self._numbers = 0

    def opened(self, connection: Connection) -> int:
        """Count a new connection and number it."""
        self.connections.add(connection)
        self.journal.connections += 1
        self._numbers += 1
        return self._numbers

    def closed(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self.connections.discard(connection)
        self.pacer.forget()

    def resume(self, exchange: Exchange) -> None:
        """Go on with an exchange whose reader was slow: what is overdue leaves at once."""
        exchange.parked = False
        self.pacer.at(time.monotonic_ns(), exchange)

    def serve(self, connection: Connection, request: Request) -> None:
        """Answer *request*: control requests on the spot, all others by an exchange that the journal keeps."""
        if request.path.startswith(PREFIX) and request.refused is None:
            connection.line.put(self._control.answer(request))
            connection.done(keep=request.keep)
            return
        request_id, identity = self._identity.draw()
        entry = Entry(
            tag=request.tag(),
            request_id=request_id,
            path=request.path,
            stream=False,
            attempt=request.attempt(),
            connection=connection.number,
            received=request.received,
            status=200,
            tokens=0,
            prompt_tokens=None,
            planned=AT_ONCE,
            written=NONE_YET,
            finished=0,
            fault=None,
            disconnected=False,
        )
        keep = request.keep
        try:
            entry, early, pieces = self._answer(request, entry, identity)
            keep = keep and (request.chunks or not entry.stream)
        except errors.Refused as refused:
            entry, early = entry._replace(status=refused.status), b""
            pieces = reply.refused(entry, refused.body, refused.headers, keep=keep)
        exchange = Exchange(connection, connection.line, self.journal, entry, pieces, keep)
        connection.exchange = exchange
        if early:
            connection.line.put(early)
        self._start(exchange, request.received + entry.planned[0])

    def _start(self, exchange: Exchange, due: int) -> None:
        now = time.monotonic_ns()
        if due <= now:
            following = exchange.step(now)
            if following is None:
                return
            due = following
        self.pacer.at(due, exchange)

    def _answer(self, request: Request, entry: Entry, identity: str) -> tuple[Entry, bytes, list[bytes]]:
        """Answer the completed entry, what leaves at once, and a piece for each of its due times."""
        if request.refused is not None:
            raise request.refused
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            return entry, b"", reply.whole(entry, _listed(request), keep=request.keep)
        if request.method != "POST":
            raise errors.method_not_allowed(request.method)
        asked = endpoint.read(request.body)
        tokens, finish_reason = endpoint.compose(asked, self.config.tokens)
        prompt = asked.prompt_tokens
        answer = Answer(identity, int(time.time()), tokens, prompt, finish_reason)
        if not asked.stream:
            due = self._schedule.due(self._key(entry), max(len(tokens), 1))
            entry = entry._replace(planned=due[-1:], tokens=len(tokens), prompt_tokens=prompt)
            return entry, b"", reply.whole(entry, endpoint.whole(asked, answer), keep=request.keep)
        events = endpoint.events(asked, answer)
        due = self._schedule.due(self._key(entry), max(len(events.tokens), 1))
        entry = entry._replace(planned=due, stream=True, tokens=len(tokens), prompt_tokens=prompt)
        keep = request.keep and request.chunks
        return entry, *reply.streamed(entry, events, chunks=request.chunks, keep=keep)

    def _key(self, entry: Entry) -> str:
        if entry.tag is not None:
            return entry.tag
        self._untagged += 1
        return f"#{self._untagged}"

    def close(self) -> None:
        """Drop every connection and wake nobody any more."""
        for connection in list(self.connections):
            connection.line.abort()
        self.pacer.close()


def _listed(request: Request) -> bytes:
    if request.path == models.PATH or request.path.startswith(models.PATH + "/"):
        if request.method != "GET":
            raise errors.method_not_allowed(request.method)
        name = request.path[len(models.PATH) + 1 :]
        return models.one(name) if name else models.listing()
    raise errors.unknown_url(request.method, request.path)
