"""
A Locust user that times streams rightly, for any OpenAI-compatible or SSE endpoint, in any locustfile.

    from locust import task
    from harness.locust_user import StreamingUser

    class Chat(StreamingUser):
        @task
        def ask(self):
            self.stream("/v1/chat/completions", {"model": "m", "stream": True, "messages": [...]})

TTFT, ITL, TPOT and E2E become rows of their own in Locust's table. A `[call]` in the body is replaced by the
call's own tag, which is how a run's calls find their entries in the mock server's journal.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any

import gevent  # type: ignore[import-untyped]
import orjson
from gevent import GreenletExit
from locust import User

from harness.load import rows
from harness.load.books import BOOKS
from harness.load.events import Bytes, Events
from harness.load.wire import Answer, Connection
from harness.probe import Mark, tag

rows.sharpen()

MARK = b"[call]"
PAUSE = 0.01  # seconds after a failure: a server that refuses at once would else get all of our CPU
POLL = 0.005  # seconds between two looks whether all users are there


@dataclass(slots=True)
class Heard:
    """What came of one call: HTTP status, kind of failure or None, and the bytes of its body."""

    status: int
    error: str | None
    body: bytes


class StreamingUser(User):
    """
    A user with a keep-alive connection of its own to `host`; `timeout` is in seconds, per read.

    A call that fails is counted by kind and raises nothing: the user goes on.
    """

    abstract = True
    timeout: float = 60.0
    headers: dict[str, str] = {}  # noqa: RUF012  replaced, not changed: locustfiles set it on the class

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if not self.host:
            raise ValueError(f"{type(self).__name__} needs a host: --host http://… or host = … in its class")
        self.connection = Connection(self.host, self.timeout)

    def stream(self, path: str, body: Any = None, **about: Any) -> Heard:
        """
        Make one call whose answer comes as a stream, and time each piece of output as it arrives.

        *about*: `name` in the table (the path), `method` (POST, or GET without a body), `headers`.
        """
        return self._call(path, body, streamed=True, **about)

    def ask(self, path: str, body: Any = None, **about: Any) -> Heard:
        """Make one call whose answer comes whole."""
        return self._call(path, body, streamed=False, **about)

    def _call(  # noqa: PLR0913  one keyword for each thing a caller may say of a call
        self,
        path: str,
        body: Any,
        *,
        streamed: bool,
        name: str = "",
        method: str = "",
        headers: dict[str, str] | None = None,
        warmup: bool = False,
    ) -> Heard:
        content = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        parts: list[bytes] = []

        def exchange(mark: Mark) -> tuple[int, str | None, int | None]:
            sent = content.replace(MARK, f"[call {tag(mark.item.index, warmup=warmup)}]".encode())
            head = self.connection.head(
                method or ("POST" if sent else "GET"), path, {**self.headers, **(headers or {})}, len(sent)
            )
            reading = Reading(mark, parts, streamed=streamed)
            answer = Answer(reading.take, reading.begin)
            self.connection.exchange(head + sent, answer)
            return answer.status, reading.error(answer.status), reading.events.tokens

        return self.timed(name or path, exchange, parts, streamed=streamed, warmup=warmup)

    def timed(
        self,
        name: str,
        exchange: Callable[[Mark], tuple[int, str | None, int | None]],
        parts: list[bytes],
        *,
        streamed: bool,
        warmup: bool = False,
    ) -> Heard:
        """Span one call, however it is made; *exchange* answers status, kind of failure and tokens if known."""
        due = None if warmup else self._turn()
        status, tokens = 0, None
        mark = Mark(BOOKS.begin(warmup=warmup, due=due))
        with _in_flight():
            try:
                with mark:
                    status, failure, tokens = exchange(mark)
                mark.error = mark.error or failure
                if not mark.error and not streamed:
                    mark.chunks.append(mark.done)
            except GreenletExit:
                mark.error = "Stopped"
                raise
            finally:
                BOOKS.end(name, mark)
                if not warmup:
                    length = sum(map(len, parts))
                    rows.log(self.environment, name, mark, length, tokens=tokens, streamed=streamed)
        if mark.error:
            gevent.sleep(PAUSE)
        return Heard(status, mark.error, b"".join(parts))

    def _turn(self) -> int | None:
        """Wait until this user's next call may begin; answer when it was due, None in a closed loop."""
        while BOOKS.waiting:
            gevent.sleep(POLL)
        due = None if BOOKS.draining else BOOKS.next_due()
        if due is not None and (wait := due - monotonic_ns()) > 0:
            gevent.sleep(wait / 1e9)
        if BOOKS.draining:
            gevent.sleep(86_400)  # until Locust ends this user, as it is about to
        return due

    def on_stop(self) -> None:
        """Close the connection."""
        self.connection.close()


@contextmanager
def _in_flight() -> Any:
    BOOKS.in_flight += 1
    try:
        yield
    finally:
        BOOKS.in_flight -= 1


class Reading:
    """Stamps the output of one answer into *mark* and keeps the body's bytes."""

    def __init__(self, mark: Mark, parts: list[bytes], *, streamed: bool) -> None:
        self._mark, self._parts, self._streamed = mark, parts, streamed
        self.events: Events | Bytes = Bytes()
        self._refused = False

    def begin(self, status: int, content_type: str) -> None:
        """Choose how to read the body."""
        self._refused = status >= 300
        if content_type.startswith("text/event-stream"):
            self.events = Events()

    def take(self, body: bytes, now: int) -> None:
        """Keep *body*, which was read at *now*."""
        self._parts.append(body)
        if self._streamed and not self._refused:
            for _ in range(self.events.feed(body)):
                self._mark.chunks.append(now)

    def error(self, status: int) -> str | None:
        """Name what is wrong with a complete answer; None where nothing is."""
        if self._refused:
            return f"HTTP {status}{self._told()}"
        if self.events.error:
            return self.events.error
        return "NoOutput" if self._streamed and not self._mark.chunks else None

    def _told(self) -> str:
        """Answer the error's type where a refusal names one, as OpenAI's and the example service's do."""
        try:
            said = orjson.loads(b"".join(self._parts))["error"]["type"]
        except (ValueError, TypeError, KeyError):
            return ""
        return f" {said[:40]}" if isinstance(said, str) else ""
