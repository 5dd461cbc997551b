"""A worker's way to the others: control requests that concern all, and the load model that all share."""

import os
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from overlap.mock_server.control.control import Then
from overlap.mock_server.exchange.exchange import Exchange
from overlap.mock_server.exchange.journal import Entry
from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.processes.channel import Channel
from overlap.mock_server.responder import refusal
from overlap.mock_server.wire.common import errors

if TYPE_CHECKING:
    from overlap.mock_server.app import App


class RemoteLoad:
    """The load model of the hub, as a worker sees it: it sends what arrives, and is told what is due."""

    def __init__(self, say: Callable[..., None], app: "App") -> None:
        self._say = say
        self._app = app
        self._numbers = count()
        self._exchanges: dict[int, Exchange] = {}
        self._own: dict[Exchange, int] = {}

    @staticmethod
    def full(now: int) -> bool:
        """Return False: only the coordinator knows, once a request has reached it."""
        del now
        return False

    def take(self, exchange: Exchange, prefill: int) -> None:
        """Have the hub work on *exchange*."""
        number = next(self._numbers)
        self._exchanges[number] = exchange
        self._own[exchange] = number
        self._say("arrive", os.getpid(), number, exchange.received, prefill, list(exchange.plan.due))

    def drop(self, exchange: Exchange) -> None:
        """Tell the hub that *exchange* has lost its client."""
        number = self._own.pop(exchange, None)
        if number is not None:
            del self._exchanges[number]
            self._say("leave", os.getpid(), number)

    def due(self, number: int, at: int) -> None:
        """Send the next piece of an exchange, which was due *at*."""
        exchange = self._exchanges.get(number)
        if exchange is not None:
            if exchange.left == 1:
                self._forget(exchange)
            exchange.emit(at)

    def refused(self, number: int) -> None:
        """Send 503 to an exchange for which there was no place."""
        exchange = self._exchanges.get(number)
        if exchange is not None:
            self._forget(exchange)
            keep = exchange.plan.end is End.KEEP

            def overloaded(entry: Entry) -> AnswerPlan:
                return refusal(entry, errors.overloaded(), 0, keep=keep)

            exchange.refuse(overloaded)
            self._app.start(exchange)

    def _forget(self, exchange: Exchange) -> None:
        del self._exchanges[self._own.pop(exchange)]


class CoordinatorClient:
    """The channel to the hub, and what is waited for from there."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._perform: Callable[[str, bytes], bytes] | None = None
        self._asked: dict[int, Then] = {}
        self._numbers = count()
        self._load: RemoteLoad | None = None

    def attach(self, channel: Channel, app: "App") -> None:
        """Speak over *channel*, and perform by *app* what the hub asks for."""
        self._channel = channel
        self._perform = app.perform
        self.say("up", os.getpid())

    def say(self, *message: Any) -> None:
        """Tell the hub."""
        if self._channel is not None:
            self._channel.say(*message)

    def gather(self, kind: str, payload: bytes, then: Then) -> None:
        """Have every worker perform *kind*, and tell *then* what each answered."""
        number = next(self._numbers)
        self._asked[number] = then
        self.say("gather", os.getpid(), number, kind, payload)

    def load(self, app: "App") -> RemoteLoad:
        """Return the load model that all workers share, in the size that *app* has now."""
        self.say("size", app.config.size())
        # Numbers go on, and what is under way is still told of by them.
        self._load = self._load or RemoteLoad(self.say, app)
        return self._load

    def heard(self, message: tuple[Any, ...]) -> None:
        """Do what the hub says."""
        match message:
            case "perform", number, kind, payload:
                assert self._perform is not None
                self.say("performed", number, self._perform(kind, payload))
            case "gathered", number, parts:
                self._asked.pop(number)(parts)
            case "due", number, at:
                assert self._load is not None
                self._load.due(number, at)
            case "full", number:
                assert self._load is not None
                self._load.refused(number)
