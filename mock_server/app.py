"""The application: keeps the connections, has requests answered, and sets each answer on its way."""

import os
import time
from typing import Any

from mock_server.answering import Answering
from mock_server.config import Config
from mock_server.connection import Connection
from mock_server.control import Control
from mock_server.exchange import Exchange
from mock_server.journal import Journal
from mock_server.load import Load
from mock_server.metrics import Metrics
from mock_server.pacer import Pacer
from mock_server.request import Request


class App:
    """Everything one server process knows: its answers, its journal, its pacer and its connections."""

    def __init__(self, config: Config, pacer: Pacer, sources: dict[str, str], token: str = "") -> None:
        self.config = config
        self.sources = sources
        self.token = token
        self.journal = Journal(config.journal)
        self.pacer = pacer
        self.connections: set[Connection] = set()
        self._answering = Answering(config, self._full)
        self._metrics = Metrics(self._answering.paths)
        self.journal.listener = self._metrics.add
        self._control = Control(self)
        self._load = self._loaded()
        self._numbers = 0

    def _loaded(self) -> Load | None:
        size = self.config.size()
        return Load(size, self.pacer) if size else None

    def _full(self) -> bool:
        return self._load is not None and self._load.full(time.monotonic_ns())

    def configure(self, config: Config) -> None:
        """Answer by *config* from now on; what is being answered goes on as it was planned."""
        self._answering.configure(config)
        resized = config.size() != self.config.size()
        self.config = config
        if resized:
            self._load = self._loaded()

    def state(self) -> dict[str, Any]:
        """Answer what is not configured but found."""
        return {"timer": self.pacer.kind, "pid": os.getpid()}

    def metrics(self) -> bytes:
        """Answer the counters, in Prometheus' format."""
        gauges = {
            "in_flight": ("Requests being answered.", self.journal.in_flight),
            "connections": ("Connections open.", len(self.connections)),
            "journal_entries": ("Entries that nobody has taken.", len(self.journal)),
            "journal_dropped": ("Entries lost since the last take.", self.journal.dropped),
            "slots_busy": ("Requests that hold a slot.", self._load.busy if self._load else 0),
            "queue": ("Requests that wait for a slot.", self._load.waiting if self._load else 0),
        }
        return self._metrics.text(gauges)

    def opened(self, connection: Connection) -> int:
        """Count a new connection and number it."""
        self.connections.add(connection)
        self.journal.connections += 1
        self._numbers += 1
        return self._numbers

    def closed(self, connection: Connection) -> None:
        """Forget a connection that is gone, and tell the answer under way that its reader is."""
        self.connections.discard(connection)
        if connection.exchange is not None:
            connection.exchange.lost()
            self.pacer.forget()
            if connection.exchange.load is not None:
                connection.exchange.load.drop(connection.exchange)

    def resume(self, exchange: Exchange) -> None:
        """Go on with an exchange whose reader was slow: what is overdue leaves at once."""
        due = exchange.resume()
        if due is not None:
            self.pacer.at(due, exchange)

    def serve(self, connection: Connection, request: Request) -> None:
        """Answer *request*: control requests on the spot, all others by an exchange that the journal keeps."""
        if self._control.serves(request.path) and request.refused is None:
            connection.line.put(self._control.answer(request))
            connection.done(keep=request.keep)
            return
        entry, plan, prefill = self._answering.answer(request, connection.number)
        exchange = Exchange(connection, self.journal, entry, plan)
        connection.exchange = exchange
        if plan.early:
            connection.line.put(plan.early)
        if self._load is not None and prefill is not None:
            exchange.load = self._load
            self._load.take(exchange, prefill)
        else:
            self._start(exchange, request.received + plan.due[0])

    def _start(self, exchange: Exchange, due: int) -> None:
        now = time.monotonic_ns()
        following = exchange.step(now) if due <= now else due
        if following is not None:
            self.pacer.at(following, exchange)

    def sweep(self) -> None:
        """Give up on clients that have been silent for too long; to be called about once a second."""
        now = time.monotonic_ns()
        keep_alive = round(self.config.keep_alive * 1e9)
        for connection in list(self.connections):
            connection.tired(now, keep_alive)

    def close(self) -> None:
        """Drop every connection and wake nobody any more."""
        for connection in list(self.connections):
            connection.line.abort()
        self.pacer.close()
