"""The application: keeps the connections, has requests answered, and sets each answer on its way."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from overlap.mock_server.config import Config
from overlap.mock_server.control.control import ControlEndpoints, Then, changed
from overlap.mock_server.control.metrics import Metrics
from overlap.mock_server.control.pending import Pending
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.exchange.exchange import Exchange
from overlap.mock_server.exchange.journal import ServerJournal
from overlap.mock_server.exchange.large_bodies import BodyReader, PendingBody, slow
from overlap.mock_server.exchange.schedule_plan import AnswerPlan, empty
from overlap.mock_server.exchange.slow_answers import Workshop
from overlap.mock_server.http.connection import ClientConnection
from overlap.mock_server.http.request import Request
from overlap.mock_server.limits.buckets import OwnBuckets, SharedBuckets
from overlap.mock_server.load.inline import InlineLoad
from overlap.mock_server.responder import Responder
from overlap.mock_server.timing.pacer import Pacer


class Company(Protocol):
    """The other workers of the same server, where there are any."""

    def gather(self, kind: str, payload: bytes, then: Then) -> None:
        """Have every worker, this one too, perform *kind*, and tell *then* what each answered."""

    def load(self, app: "App") -> "Working":
        """Return the load model that all workers share."""


class Working(Protocol):
    """A model of load that exchanges are given to."""

    def full(self, now: int) -> bool:
        """Return whether there is neither a slot nor a place in the queue."""

    def take(self, exchange: Exchange, prefill: int) -> None:
        """Work on *exchange* as soon as there is a slot."""

    def drop(self, exchange: Exchange) -> None:
        """Free the slot of *exchange*."""


class App:
    """Everything one worker knows: its answers, its journal, its pacer and its connections."""

    def __init__(  # noqa: PLR0913, PLR0917 - put together in one place
        self,
        config: Config,
        pacer: Pacer,
        sources: dict[str, str],
        token: str = "",
        counts: Counts | None = None,
        buckets: OwnBuckets | SharedBuckets | None = None,
        company: Company | None = None,
    ) -> None:
        self.config = config
        self.sources = sources
        self.token = token
        self.pacer = pacer
        self.counts = counts or Counts.own()
        self.journal = ServerJournal(config.journal, self.counts)
        self.connections: set[ClientConnection] = set()
        self._company = company
        self._answering = Responder(config, self._full, self.counts, buckets or OwnBuckets())
        self._metrics = Metrics(self._answering.paths)
        self.journal.listener = self._metrics.add
        self._control = ControlEndpoints(self)
        self._load = self._loaded()
        self._workshop = Workshop()
        self._reader = BodyReader()

    def _loaded(self) -> Working | None:
        size = self.config.size()
        if size is None:
            return None
        return InlineLoad(size, self.pacer, self.counts) if self._company is None else self._company.load(self)

    def _full(self) -> bool:
        return self._load is not None and self._load.full(time.monotonic_ns())

    def state(self) -> dict[str, Any]:
        """Return what is not configured but found."""
        return {"timer": self.pacer.kind, "pid": os.getpid()}

    def gather(self, kind: str, payload: bytes, then: Then) -> None:
        """Have every worker perform *kind*, and tell *then* what each answered."""
        if self._company is None:
            then([self.perform(kind, payload)])
        else:
            self._company.gather(kind, payload, then)

    def perform(self, kind: str, payload: bytes) -> bytes:
        """Do this worker's part: `take`, `metrics`, `configure` by request, `settle` after a self-test."""
        if kind == "take":
            return self.journal.take()
        if kind == "metrics":
            return self._metrics.part(self._gauges())
        config, names = changed(self.config, payload)
        if kind == "configure":
            self.sources.update(dict.fromkeys(names, "control"))
        self.configure(config)
        return b""

    def configure(self, config: Config) -> None:
        """Serve by *config* from now on; what is being answered goes on as it was planned."""
        self._answering.configure(config)
        resized = config.size() != self.config.size()
        self.config = config
        if resized:
            self._load = self._loaded()

    def _gauges(self) -> dict[str, int]:
        return {
            "in_flight": self.journal.in_flight,
            "connections": len(self.connections),
            "journal_entries": len(self.journal),
            "journal_dropped": self.journal.dropped,
            "slots_busy": self.counts.busy,
            "queue": self.counts.waiting,
        }

    def opened(self, connection: ClientConnection) -> int:
        """Keep a new connection and number it."""
        self.connections.add(connection)
        return self.counts.connection()

    def closed(self, connection: ClientConnection) -> None:
        """Forget a connection that is gone, and tell the answer under way that its reader is."""
        self.connections.discard(connection)
        if connection.exchange is not None:
            connection.exchange.lost()
            self.pacer.forget()

    def resume(self, connection: ClientConnection) -> None:
        """Go on with an answer whose reader was slow: what is overdue leaves at once."""
        exchange = connection.exchange
        if isinstance(exchange, Exchange) and exchange.parked:
            due = exchange.resume()
            if due is not None:
                self.pacer.at(due, exchange)

    def serve(self, connection: ClientConnection, request: Request) -> None:
        """Serve *request*: control requests by `ControlEndpoints`, all others by an exchange in the journal."""
        if self._control.serves(request.path) and request.refused is None:
            connection.exchange = pending = Pending(connection, keep=request.keep)
            self._control.answer(request, pending.send)
            return
        if slow(request.body) and (module := self._answering.reader(request)) is not None:
            connection.exchange = reading = PendingBody()
            self._reader.read(module, request, lambda parsed: self._read(connection, reading, parsed))
        else:
            self._serve(connection, request)

    def _read(self, connection: ClientConnection, reading: PendingBody, request: Request) -> None:
        """Serve a request whose large body has been read, if its client is still there."""
        if not reading.left:
            connection.exchange = None
            self._serve(connection, request)

    def _serve(self, connection: ClientConnection, request: Request) -> None:
        if not connection.used:
            # Counted by its first request: else a connection that only takes the journal would be counted, too.
            connection.used = True
            self.journal.connections += 1
        entry, plan, prefill, work, held = self._answering.answer(request, connection.number)
        exchange = Exchange(connection, self.journal, entry, plan)
        connection.exchange = exchange
        if work is not None:
            self._later(connection, exchange, prefill, work, held=held)
        elif plan.early or self._load is not None:
            self._begin(connection, exchange, prefill)
        else:
            self.start(exchange)

    def _later(
        self,
        connection: ClientConnection,
        exchange: Exchange,
        prefill: int | None,
        work: Callable[[], AnswerPlan],
        *,
        held: bool,
    ) -> None:
        """Have the plan of an answer made beside the loop, and set it on its way then."""

        def send_plan(plan: AnswerPlan) -> None:
            if exchange.over:  # its client has left meanwhile
                if held:
                    self._workshop.free()
                return
            exchange.release = self._workshop.free if held else None
            exchange.play(plan)
            self._begin(connection, exchange, prefill)

        # Who has left while others were served costs no work any more.
        wanted = partial(_unless, exchange, work)
        (self._workshop.hold if held else self._workshop.make)(wanted, send_plan)

    def _begin(self, connection: ClientConnection, exchange: Exchange, prefill: int | None) -> None:
        """Set an answer on its way, or have the load model do so."""
        if exchange.plan.early:
            connection.line.put(exchange.plan.early)
        if self._load is not None and prefill is not None:
            exchange.load = self._load
            self._load.take(exchange, prefill)
        else:
            self.start(exchange)

    def start(self, exchange: Exchange) -> None:
        """Set an answer on its way whose due times are known."""
        due = exchange.received + exchange.plan.due[0]
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
        """Drop every connection and cancel all wake-ups."""
        for connection in list(self.connections):
            connection.line.abort()
        self.pacer.close()
        self._workshop.close()
        self._reader.close()


def _unless(exchange: Exchange, work: Callable[[], AnswerPlan]) -> AnswerPlan:
    """Do *work*, unless its request has gone."""
    return empty() if exchange.over else work()
