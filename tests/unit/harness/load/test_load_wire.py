"""One answer being read, and one connection between two ends in this process."""

import gzip
import socket
import zlib
from threading import Thread

import pytest

from overlap.harness.load.wire import Connection, Incomplete, ServiceReply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _answer():
    taken, begun = [], []
    return (
        ServiceReply(lambda body, now: taken.append((body, now)), lambda *said: begun.append(said)),
        taken,
        begun,
    )


def test_each_fragment_has_the_time_of_its_own_read():
    """Three reads, three times; what came in one read shares one."""
    answer, taken, begun = _answer()
    for now, data in enumerate((HEAD, b"3\r\nabc\r\n", b"1\r\nd\r\n1\r\ne\r\n0\r\n\r\n")):
        answer.feed(data, now)
    assert begun == [(200, "text/event-stream")]
    assert taken == [(b"abc", 1), (b"d", 2), (b"e", 2)]
    assert answer.complete
    assert answer.keep
    assert answer.length == 5


def test_an_answer_that_is_cut_is_no_answer():
    """The connection ends in the middle of a body whose end was announced."""
    answer, _, _ = _answer()
    answer.feed(HEAD + b"3\r\nabc\r\n", 0)
    with pytest.raises(Incomplete):
        answer.feed(b"", 1)


def test_an_answer_without_a_length_ends_with_its_connection():
    """As HTTP/1.0 has it; then the connection cannot be used again."""
    answer, taken, _ = _answer()
    answer.feed(b"HTTP/1.1 200 OK\r\n\r\nabc", 0)
    answer.feed(b"", 1)
    assert answer.complete
    assert not answer.keep
    assert taken == [(b"abc", 0)]


@pytest.mark.parametrize("data", [b"", b"nonsense\r\n\r\n"])
def test_what_is_no_http_is_no_answer(data):
    """Nor is nothing."""
    answer, _, _ = _answer()
    with pytest.raises(Incomplete):
        answer.feed(data, 0)


class Server:
    """Answers each connection with what it is told, once for every request, and counts the connections."""

    def __init__(self, reply, *, hang_up):
        self._reply, self._hang_up = reply, hang_up
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with peer:
                while peer.recv(65_536):
                    peer.sendall(self._reply)
                    if self._hang_up:
                        break

    def close(self):
        """Listen no more."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@pytest.fixture
def serve():
    """Make servers that are closed at the end."""
    made = []

    def start(reply, *, hang_up=False):
        made.append(Server(reply, hang_up=hang_up))
        return made[-1]

    yield start
    for each in made:
        each.close()


def _asked(connection):
    answer, taken, _ = _answer()
    connection.exchange(connection.head("GET", "/x", {}, 0), answer)
    return b"".join(body for body, _ in taken)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_one_connection_serves_all_calls_of_a_user(serve):
    """It is kept alive, as a browser's is."""
    server = serve(OK)
    connection = Connection(server.address, 5)
    assert [_asked(connection) for _ in range(3)] == [b"ok"] * 3
    assert server.connections == 1
    connection.close()


def test_a_connection_that_was_closed_while_idle_is_replaced(serve):
    """Before anything is sent on it, so that no request is ever sent twice and none fails for nothing."""
    server = serve(OK, hang_up=True)
    connection = Connection(server.address, 5)
    assert _asked(connection) == b"ok"
    connection._socket.settimeout(5)
    assert connection._socket.recv(1, socket.MSG_PEEK) == b""
    assert _asked(connection) == b"ok"
    assert server.connections == 2
    connection.close()


def test_a_refused_connection_is_an_error_and_the_next_call_tries_again():
    """A user outlives a service that is down for a while."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        connection = Connection(f"http://127.0.0.1:{free.getsockname()[1]}", 5)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                _asked(connection)


def test_the_head_has_what_the_caller_says_over_what_we_say():
    """A header of one's own replaces ours."""
    connection = Connection("http://127.0.0.1:1/base/", 5)
    head = connection.head("POST", "/x", {"Content-Type": "text/plain"}, 3).decode()
    assert head.startswith("POST /base/x HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")
    assert head.count("Content-Type") == 1
    assert "Content-Type: text/plain\r\n" in head
    assert head.endswith("\r\n\r\n")


def test_an_address_without_a_host_is_refused():
    """As one line, when the user is made."""
    with pytest.raises(ValueError, match="no http"):
        Connection("localhost:80", 5)


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_early_hints_are_no_answer(size):
    """They come before it, once or twice, in one read or in many; type and status are the answer's own."""
    answer, taken, begun = _answer()
    whole = HINTS + HINTS + HEAD + b"3\r\nabc\r\n0\r\n\r\n"
    for at in range(0, len(whole), size):
        assert not answer.complete
        answer.feed(whole[at : at + size], 0)
    assert answer.complete
    assert (answer.status, begun) == (200, [(200, "text/event-stream")])
    assert b"".join(body for body, _ in taken) == b"abc"


@pytest.mark.parametrize("surplus", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", b"nonsense"])
def test_what_comes_after_an_answer_is_of_no_call_and_ends_the_connection(surplus):
    """Else the next call would read it as its own answer."""
    answer, taken, _ = _answer()
    answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + surplus, 0)
    assert answer.complete
    assert not answer.keep
    assert answer.status == 200
    assert b"".join(body for body, _ in taken) == b"ok"


def _deflated(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _deflated)]
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_compressed_body_is_read_as_it_comes(coding, pack, size):
    """Gzip, and both things that are called deflate."""
    body = pack(b"data: one\n\n")
    answer, taken, _ = _answer()
    answer.feed(
        f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode(), 0
    )
    for at in range(0, len(body), size):
        answer.feed(body[at : at + size], at)
    assert answer.complete
    assert b"".join(part for part, _ in taken) == b"data: one\n\n"


def test_a_compression_that_cannot_be_undone_is_named():
    """Whoever reads the body can say why there was nothing in it."""
    answer, _, _ = _answer()
    answer.feed(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", 0)
    assert answer.packed == "br"


def test_a_body_that_is_not_packed_as_it_says_is_no_answer():
    """It is a failure of the call, by name."""
    answer, _, _ = _answer()
    with pytest.raises(Incomplete):
        answer.feed(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b12", 0)


def test_what_a_reader_raises_is_not_taken_for_bad_http():
    """A bug in a locustfile's own reading of events is called what it is."""
    answer = ServiceReply(lambda _body, _now: {}["no such key"])
    with pytest.raises(KeyError):
        answer.feed(OK, 0)


def test_cookies_go_back_to_the_service_that_set_them():
    """So a load balancer with sticky sessions finds the same server again; another path is left alone."""
    connection = Connection("http://127.0.0.1:80/base", 5)
    answer, _, _ = _answer()
    answer.feed(b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=1; Path=/\r\nSet-Cookie: x=2; Path=/base/a\r\n\r\n", 0)
    assert b"Cookie" not in connection.head("GET", "/a", {}, 0)
    connection.keep_cookies("/a", answer)
    assert b"Cookie: sid=1\r\n" in connection.head("GET", "/b", {}, 0)
    assert b"x=2" in connection.head("GET", "/a", {}, 0)
    assert b"Cookie: mine\r\n" in connection.head("GET", "/a", {"Cookie": "mine"}, 0)
