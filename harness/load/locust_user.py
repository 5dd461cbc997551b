"""
A Locust user that times streams rightly, for any OpenAI-compatible or SSE endpoint, in any locustfile.

    from locust import task
    from overlap.locust_user import StreamingUser

    class Chat(StreamingUser):
        @task
        def ask(self):
            self.stream("/v1/chat/completions", {"model": "m", "stream": True, "messages": [...]})

TTFT, ITL, TPOT and E2E become rows of their own in Locust's table. A `[call]` in the body is replaced by the
call's own tag, which is how a run's calls find their entries in the mock server's journal. Where a service puts
its text in a place of its own, `text_at = "data.piece"` says where, or `piece` tells event by event.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any

import gevent  # type: ignore[import-untyped]
import orjson
from gevent import GreenletExit
from locust import User

from overlap.harness.load import rows
from overlap.harness.load.call_log import SILENT, Beside
from overlap.harness.load.reading import Reading, piece_at
from overlap.harness.load.this_process import BOOKS
from overlap.harness.load.wire import Connection, ServiceReply
from overlap.harness.model.record import LEFT, STOPPED
from overlap.harness.probe import CallMark, tag

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
    A user with a keep-alive connection and cookies of its own to `host`; `timeout` is in seconds, per read.

    A call that fails is counted by kind and raises nothing: the user goes on. A call that the user leaves of its
    own accord, as a `gevent.Timeout` around it does, is no failure: it is counted as left.
    """

    abstract = True
    timeout: float = 60.0
    headers: dict[str, str] = {}  # noqa: RUF012  replaced, not changed: locustfiles set it on the class
    text_at: str = ""
    """Where an event's piece of text is, as in "data.piece" or "parts.0.text"; "" for the usual places."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if not self.host:
            raise ValueError(f"{type(self).__name__} needs a host: --host http://… or host = … in its class")
        self.connection = Connection(self.host, self.timeout)
        self._starting = True
        BOOKS.warming += 1
        self._start_of_class = self.on_start
        # Locust forbids to override `run`, and a locustfile's own `on_start` rarely calls its parent's.
        setattr(self, "on_start", self._first_of_all)  # noqa: B010  a method of this one user

    def piece(self, data: Any, name: str) -> bool | None:
        """
        Tell whether an event is a piece of the answer: *data* as JSON or text, *name* "" where it has none.

        Override it for a format of your own; None leaves an event to what Overlap knows of formats.
        """
        del name
        return piece_at(self.text_at, data) if self.text_at else None

    def stream(self, path: str, body: Any = None, **about: Any) -> Heard:
        """
        Make one call whose answer comes as a stream, and time each piece of output as it arrives.

        *about*: `name` in the table (the path), `method` (POST, or GET without a body), `headers`.
        """
        return self._call(path, body, streamed=True, **about)

    def ask(self, path: str, body: Any = None, **about: Any) -> Heard:
        """Make one call whose answer comes whole."""
        return self._call(path, body, streamed=False, **about)

    def _first_of_all(self) -> None:
        """Run the class' own `on_start`; its calls, such as a login, are no part of an open loop's schedule."""
        try:
            self._start_of_class()
        finally:
            self._starting = False
            BOOKS.warming -= 1

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

        def exchange(mark: CallMark) -> tuple[int, str | None, Beside]:
            sent = content.replace(MARK, f"[call {tag(mark.item.index, warmup=warmup)}]".encode())
            head = self.connection.head(
                method or ("POST" if sent else "GET"), path, {**self.headers, **(headers or {})}, len(sent)
            )
            reading = Reading(mark, parts, streamed=streamed, own=self.piece)
            answer = ServiceReply(reading.take, reading.begin)
            try:
                self.connection.exchange(head + sent, answer)
            finally:
                self.connection.keep_cookies(path, answer)
            reading.end()
            return answer.status, reading.error(answer), reading.beside

        return self.timed(name or path, exchange, parts, streamed=streamed, warmup=warmup)

    def timed(
        self,
        name: str,
        exchange: Callable[[CallMark], tuple[int, str | None, Beside]],
        parts: list[bytes],
        *,
        streamed: bool,
        warmup: bool = False,
    ) -> Heard:
        """Span one call, however it is made; *exchange* returns status, kind of failure and what was heard."""
        due = None if warmup or self._starting else self._turn()
        status, beside = 0, SILENT
        mark = CallMark(BOOKS.begin(warmup=warmup, due=due))
        with _in_flight(name, mark, warmup=warmup):
            try:
                with mark:
                    status, failure, beside = exchange(mark)
                mark.error = mark.error or failure
            except GreenletExit:
                # A user that is ended while the test goes on has gone: it was told to, or there are to be fewer.
                mark.error = STOPPED if BOOKS.draining else LEFT
                raise
            except gevent.Timeout:
                mark.error = LEFT
                raise
            finally:
                BOOKS.end(name, mark, beside, streamed=streamed)
                if not warmup:
                    length = sum(map(len, parts))
                    rows.log(self.environment, name, mark, length, heard=beside, streamed=streamed)
        if mark.error:
            gevent.sleep(PAUSE)
        return Heard(status, mark.error, b"".join(parts))

    def _turn(self) -> int | None:
        """Wait until this user's next call may begin; return when it was due, None in a closed loop."""
        while BOOKS.waiting:
            gevent.sleep(POLL)
        due = None if BOOKS.draining else BOOKS.next_due()
        if due is not None and (wait := due - monotonic_ns()) > 0:
            gevent.sleep(wait / 1e9)
        if BOOKS.draining:
            gevent.sleep(86_400)  # until Locust ends this user, as it is about to
        BOOKS.leave(due)
        return due

    def on_stop(self) -> None:
        """Close the connection."""
        self.connection.close()


@contextmanager
def _in_flight(name: str, mark: CallMark, *, warmup: bool) -> Iterator[None]:
    """Keep the books' list of calls in flight; a warm-up call has no name in it."""
    BOOKS.flying[mark.item.index] = ("" if warmup else name, monotonic_ns())
    try:
        yield
    finally:
        del BOOKS.flying[mark.item.index]
