"""The server's own endpoints: taking the journal, reading and changing the configuration, metrics."""

import dataclasses
import hmac
import time
from collections.abc import Callable
from typing import Any, Protocol

import orjson

from mock_server import http
from mock_server.config import LIVE, Config
from mock_server.journal import Journal
from mock_server.request import Request
from mock_server.settings import BadSetting
from mock_server.wire import errors
from mock_server.wire.errors import Refused

PREFIX = "/overlap/"
METRICS = "/metrics"
HEALTH = "/health"
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Controlled(Protocol):
    """What the endpoints act upon."""

    config: Config
    sources: dict[str, str]
    journal: Journal
    token: str

    def configure(self, config: Config) -> None:
        """Answer by *config* from now on."""

    def state(self) -> dict[str, Any]:
        """Answer what is not configured but found, such as the kind of timer."""

    def metrics(self) -> bytes:
        """Answer the counters, in Prometheus' format."""


class Control:
    """Answers control requests; the journal does not see them."""

    def __init__(self, app: Controlled) -> None:
        self._app = app
        self._routes: dict[tuple[str, str], Callable[[Request], bytes]] = {
            ("POST", "/overlap/take"): lambda _: app.journal.take(),
            ("GET", "/overlap/config"): lambda _: self._echo(),
            ("POST", "/overlap/config"): self._change,
            ("GET", METRICS): lambda _: app.metrics(),
            ("GET", HEALTH): lambda _: b'{"status":"ok"}',
        }

    @staticmethod
    def serves(path: str) -> bool:
        """Answer whether *path* is the server's own."""
        return path.startswith(PREFIX) or path in {METRICS, HEALTH}

    def answer(self, request: Request) -> bytes:
        """Answer the whole answer, head and body."""
        status, kind, close = 200, http.JSON, b"" if request.keep else http.CLOSE
        try:
            body = self._body(request)
        except Refused as refused:
            status, body = refused.status, refused.body
        else:
            kind = _TEXT if request.path == METRICS else http.JSON
        return http.head(status, int(time.time()), kind, len(body), close) + body

    def _body(self, request: Request) -> bytes:
        route = self._routes.get((request.method, request.path))
        if route is None:
            raise errors.unknown_url(request.method, request.path)
        said = request.headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        if self._app.token and request.path != HEALTH and not hmac.compare_digest(said, self._app.token.encode()):
            raise errors.unauthorized(said.decode("utf-8", "replace"))
        return route(request)

    def _echo(self) -> bytes:
        app = self._app
        values = {name: value for name, value in app.config.echo().items() if name != "token"}
        return orjson.dumps({**values, **app.state(), "sources": app.sources})

    def _change(self, request: Request) -> bytes:
        """Change what the JSON object in the body says, all or nothing; answer the configuration that results."""
        try:
            wanted = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            raise errors.bad_json() from None
        if not isinstance(wanted, dict):
            raise errors.bad_json()
        for name in wanted:
            if name not in LIVE:
                raise errors.bad_request(f"no {name!r} to change; there are: {', '.join(sorted(LIVE))}", name)
        try:
            config = dataclasses.replace(self._app.config, **wanted)
        except BadSetting as bad:
            raise errors.bad_request(str(bad)) from None
        self._app.configure(config)
        self._app.sources.update(dict.fromkeys(wanted, "control"))
        return self._echo()
