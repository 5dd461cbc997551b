"""The server's own endpoints, under `/overlap/`: taking the journal, asking for the configuration."""

import time
from collections.abc import Callable

import orjson

from mock_server import http
from mock_server.config import Config
from mock_server.journal import Journal
from mock_server.request import Request
from mock_server.wire import errors

PREFIX = "/overlap/"


class Control:
    """Answers control requests; the journal does not see them."""

    def __init__(self, config: Config, journal: Journal, timer: str) -> None:
        self._config = config
        self._journal = journal
        self._timer = timer
        self._routes: dict[tuple[str, str], Callable[[], bytes]] = {
            ("POST", "/overlap/take"): journal.take,
            ("GET", "/overlap/config"): self._echo,
        }

    def _echo(self) -> bytes:
        return orjson.dumps({**self._config.echo(), "timer": self._timer})

    def answer(self, request: Request) -> bytes:
        """Answer the whole answer, head and body."""
        close = b"" if request.keep else http.CLOSE
        now = int(time.time())
        route = self._routes.get((request.method, request.path))
        if route is None:
            refused = errors.unknown_url(request.method, request.path)
            return http.head(refused.status, now, http.JSON, len(refused.body), close) + refused.body
        body = route()
        return http.head(200, now, http.JSON, len(body), close) + body
