"""The server's own endpoints: taking the journal, reading and changing the configuration, metrics."""

import dataclasses
import time
import traceback
from collections.abc import Callable
from typing import Any, Protocol

import orjson

from overlap.mock_server.config import LIVE, Config
from overlap.mock_server.control import metrics
from overlap.mock_server.exchange import journal
from overlap.mock_server.http import response_bytes
from overlap.mock_server.http.guard import Guard
from overlap.mock_server.http.request import Request
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.wire.common import errors
from overlap.mock_server.wire.common.errors import ApiError

PREFIX = "/overlap/"
METRICS = "/metrics"
Told = Callable[[bytes], None]
Then = Callable[[list[bytes]], None]
HEALTH = "/health"
_OTHERS = frozenset({METRICS, HEALTH})
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Controlled(Protocol):
    """What the endpoints act upon."""

    config: Config
    sources: dict[str, str]
    token: str

    def state(self) -> dict[str, Any]:
        """Return what is not configured but found, such as the kind of timer."""

    def gather(self, kind: str, payload: bytes, then: Then) -> None:
        """Have every worker perform *kind*, and tell *then* what each answered."""


class ControlEndpoints:
    """Answers control requests; the journal does not see them."""

    def __init__(self, app: Controlled) -> None:
        self._app = app
        self._guard = Guard(app.config.host, app.config.allow_host, app.token)
        self._routes: dict[tuple[str, str], Callable[[Request, Told], None]] = {
            ("POST", "/overlap/take"): self._take,
            ("GET", "/overlap/config"): lambda _, reply: reply(self._echo()),
            ("POST", "/overlap/config"): self._change,
            ("GET", METRICS): self._metrics,
            ("GET", HEALTH): lambda _, reply: reply(b'{"status":"ok"}'),
        }

    @staticmethod
    def serves(path: str) -> bool:
        """Return whether *path* is the server's own."""
        return path.startswith(PREFIX) or path in _OTHERS

    def answer(self, request: Request, send: Callable[[bytes], None]) -> None:
        """Send the whole answer, head and body: now, or when all workers have had their say."""
        close = b"" if request.keep else response_bytes.CLOSE
        kind = _TEXT if request.path == METRICS else response_bytes.JSON

        def reply(body: bytes) -> None:
            send(response_bytes.head(200, int(time.time()), kind, len(body), close) + body)

        try:
            self._route(request)(request, reply)
        except ApiError as refused:
            send(_refusal(refused, close))
        except Exception:  # noqa: BLE001 - whatever is wrong with us, there is an answer
            traceback.print_exc()
            send(_refusal(errors.server_error(), close))

    def _route(self, request: Request) -> Callable[[Request, Told], None]:
        if request.path != HEALTH:
            self._guard.check(request.method, request.headers)
        route = self._routes.get((request.method, request.path))
        if route is None:
            raise errors.unknown_url(request.method, request.path)
        return route

    def _take(self, request: Request, reply: Told) -> None:
        del request
        self._app.gather("take", b"", lambda parts: reply(journal.merged(parts)))

    def _metrics(self, request: Request, reply: Told) -> None:
        del request
        self._app.gather("metrics", b"", lambda parts: reply(metrics.text(parts)))

    def _echo(self) -> bytes:
        app = self._app
        values = {name: value for name, value in app.config.echo().items() if name != "token"}
        return orjson.dumps({**values, **app.state(), "sources": app.sources})

    def _change(self, request: Request, reply: Told) -> None:
        """Change what the JSON object in the body says, all or nothing; return the configuration that results."""
        changed(self._app.config, request.body)
        self._app.gather("configure", request.body, lambda _: reply(self._echo()))


def _refusal(refused: ApiError, close: bytes) -> bytes:
    return (
        response_bytes.head(refused.status, int(time.time()), response_bytes.JSON, len(refused.body), close)
        + refused.body
    )


def changed(config: Config, body: bytes) -> tuple[Config, list[str]]:
    """Return *config* with what the JSON object in *body* changes, and the names changed; raises `ApiError`."""
    try:
        wanted = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise errors.bad_json() from None
    if not isinstance(wanted, dict):
        raise errors.bad_json()
    for name in wanted:
        if name not in LIVE:
            raise errors.bad_request(f"no {name!r} to change; there are: {', '.join(sorted(LIVE))}", name)
    try:
        return dataclasses.replace(config, **wanted, permits=config.permitted()), list(wanted)
    except BadSetting as bad:
        raise errors.bad_request(str(bad)) from None
