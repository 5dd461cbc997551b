"""One client's connection, without a socket: order, patience, and what cannot be read."""

import os
import time
from types import SimpleNamespace
from typing import Any

import pytest

from overlap.mock_server.http import connection
from overlap.mock_server.http.connection import ClientConnection
from overlap.mock_server.http.request import Request

SECOND = 10**9
SOUND = b"POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok"


class Transport:
    """A transport that notes what is done to it; its descriptor leads nowhere."""

    def __init__(self) -> None:
        self._fd = os.open(os.devnull, os.O_WRONLY)
        self.done: list[str] = []

    def get_extra_info(self, name: str) -> Any:
        """Return the socket, which has a descriptor."""
        del name
        return SimpleNamespace(fileno=lambda: self._fd)

    def get_write_buffer_size(self) -> int:
        """Answer that nothing waits."""
        return 0

    def __getattr__(self, name: str) -> Any:
        """Note a call."""
        return lambda *_: self.done.append(name)


class Application:
    """An application that keeps requests and answers them when it is told to."""

    def __init__(self) -> None:
        self.served: list[Request] = []
        self.lost = 0

    def opened(self, _: ClientConnection) -> int:
        """Number it."""
        return 1

    def closed(self, _: ClientConnection) -> None:
        """Count it."""
        self.lost += 1

    def resume(self, _: ClientConnection) -> None:
        """Do nothing."""

    def serve(self, line: ClientConnection, request: Request) -> None:
        """Keep the request; the connection is busy until `done`."""
        self.served.append(request)
        line.exchange = SimpleNamespace(lost=lambda: None)


@pytest.fixture
def application() -> Application:
    """An application without answers."""
    return Application()


@pytest.fixture
def line(application: Application) -> ClientConnection:
    """A connection to it."""
    made = ClientConnection(application)
    made.connection_made(Transport())
    return made


def test_a_request_is_received_when_its_last_byte_is(line, application):
    """The time is that of the last piece, as schedules count from there."""
    line.data_received(SOUND[:-1])
    assert application.served == []
    before = time.monotonic_ns()
    line.data_received(SOUND[-1:])
    [request] = application.served
    assert request.received >= before
    assert (request.method, request.path, request.body, request.keep) == ("POST", "/v1/x", b"ok", True)


def test_the_next_request_waits_for_the_answer_and_reading_stops(line, application):
    """Pipelined requests are served one after another; meanwhile the client's bytes stay where they are."""
    line.data_received(SOUND * 3)
    assert len(application.served) == 1
    assert line._transport.done == ["pause_reading"]
    line.done(keep=True)
    line.done(keep=True)
    assert len(application.served) == 3
    assert line._transport.done == ["pause_reading", "resume_reading"]


def test_a_dawdling_client_is_told_408(line, application):
    """A request that takes longer than its time to arrive is answered, and the connection closed."""
    line.data_received(SOUND[:10])
    line.tired(time.monotonic_ns() + connection.REQUEST - SECOND, 75 * SECOND)
    assert application.served == []
    line.tired(time.monotonic_ns() + connection.REQUEST + SECOND, 75 * SECOND)
    assert application.served[0].refused.status == 408
    assert not application.served[0].keep


def test_an_idle_connection_is_closed_and_a_busy_one_is_not(line):
    """Idle counts from the last answer."""
    line.data_received(SOUND)
    line.tired(time.monotonic_ns() + 100 * SECOND, 75 * SECOND)
    assert line._transport.done == []
    line.done(keep=True)
    line.tired(time.monotonic_ns() + 100 * SECOND, 75 * SECOND)
    assert line._transport.done == ["close"]


def test_a_reader_that_reads_nothing_for_long_is_given_up(line):
    """Its answer is dropped, and its memory with it."""
    line.data_received(SOUND)
    line.pause_writing()
    line.tired(time.monotonic_ns() + connection.READER - SECOND, SECOND)
    assert line._transport.done == []
    line.tired(time.monotonic_ns() + connection.READER + SECOND, SECOND)
    assert line._transport.done == ["abort"]


def test_what_cannot_be_parsed_is_answered_after_what_came_before_it(line, application):
    """A sound request, then nonsense: both are answered in order, and nothing more is read."""
    line.data_received(SOUND + b"nonsense\r\n\r\n" + SOUND)
    line.done(keep=True)
    assert [one.refused is None for one in application.served] == [True, False]
    line.data_received(SOUND)
    line.exchange = None
    assert len(application.served) == 2


def test_a_client_that_leaves_is_forgotten(line, application):
    """What waited is not served any more."""
    line.data_received(SOUND * 2)
    line.connection_lost(None)
    assert (application.lost, len(application.served)) == (1, 1)


HEAD = b"POST /v1/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


def test_what_stands_behind_a_body_in_chunks_is_no_header(line, application):
    """Neither a key nor a choice comes in a trailer."""
    line.data_received(
        HEAD + b"2\r\nok\r\n0\r\nauthorization: Bearer x\r\nx-overlap-fault: reset\r\nhost: y\r\n\r\n"
    )
    [request] = application.served
    assert (request.body, set(request.headers)) == (b"ok", {b"host"})


@pytest.mark.parametrize("much", [b"2;" + b"x" * 200_000, b"2\r\nok\r\n0\r\nx: " + b"y" * 200_000])
def test_extensions_and_trailers_without_end_are_refused(line, application, much):
    """Not kept, and not read to their end."""
    line.data_received(HEAD)
    for place in range(0, len(much), 10_000):
        line.data_received(much[place : place + 10_000])
    [request] = application.served
    assert request.refused.status == 400


def test_a_body_in_many_small_chunks_is_read(line, application):
    """What frames a chunk is not held against it."""
    line.data_received(HEAD)
    for _ in range(50):
        line.data_received(b"1;a=b\r\nx\r\n" * 1000)
    line.data_received(b"0\r\n\r\n")
    [request] = application.served
    assert request.body == b"x" * 50_000


@pytest.mark.parametrize(
    ("lines", "served"),
    [
        (b"HTTP/1.1\r\n", False),
        (b"HTTP/1.1\r\nhost: a\r\nhost: a\r\n", False),
        (b"HTTP/1.1\r\nhost: a\r\nHost: b\r\n", False),
        (b"HTTP/1.0\r\nhost: a\r\nhost: b\r\n", False),
        (b"HTTP/1.0\r\n", True),
        (b"HTTP/1.1\r\nhost:\r\n", True),
        (b"HTTP/1.1\r\nhost: a\r\n", True),
    ],
)
def test_a_request_has_one_host(line, application, lines, served):
    """None, or two, is what a proxy and a server may read in two ways; HTTP/1.0 knows of none."""
    line.data_received(b"GET /v1/models " + lines + b"\r\n")
    [request] = application.served
    assert (request.refused is None) is served
    assert served or request.refused.status == 400
