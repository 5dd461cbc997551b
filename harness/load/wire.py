"""
One keep-alive HTTP connection that stamps every read the moment it returns; blocking, so gevent's to switch.

Locust's own clients cannot time a stream: `FastHttpSession.iter_lines` reads in blocks of 1,024 bytes, so that 65
events become 12 arrivals, and requests' `iter_lines` waits for 512. A plain `recv` returns what is there.
"""

import socket
import ssl
from collections.abc import Callable
from time import monotonic_ns
from urllib.parse import urlsplit

import httptools

READ = 65_536
Take = Callable[[bytes, int], None]


class Incomplete(Exception):
    """The connection ended before the answer did."""


class Connection:
    """
    A connection to the host of *base_url*, opened when it is first needed; *timeout* is in seconds, per read.

    Plain `socket` calls: under Locust these are gevent's. Nothing is ever sent twice: a request that fails is a
    result. Only a connection that the server closed while it was idle is replaced, and before anything is sent.
    """

    def __init__(self, base_url: str, timeout: float) -> None:
        where = urlsplit(base_url)
        if where.scheme not in {"http", "https"} or not where.hostname:
            raise ValueError(f"{base_url!r} is no http:// or https:// address")
        self._host = where.hostname
        self._port = where.port or (443 if where.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if where.scheme == "https" else None
        self._prefix = where.path.rstrip("/")
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self.authority = where.netloc.rpartition("@")[2]

    def head(self, method: str, path: str, headers: dict[str, str], length: int) -> bytes:
        """Answer the request's head; *headers* win over the ones that are set here."""
        fields = {
            "Host": self.authority,
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Content-Length": str(length),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {self._prefix}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")

    def open(self) -> socket.socket:
        """Answer the connected socket: the one there is, unless it was closed at the other end."""
        if self._socket is not None and not _closed(self._socket, self._timeout):
            return self._socket
        self.close()
        plain = socket.create_connection((self._host, self._port), self._timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._tls.wrap_socket(plain, server_hostname=self._host) if self._tls else plain
        return self._socket

    def exchange(self, request: bytes, answer: "Answer") -> None:
        """Send *request*, read until *answer* is complete. Raises OSError or `Incomplete`, and is closed then."""
        try:
            line = self.open()
            line.sendall(request)
            while not answer.complete:
                data = line.recv(READ)
                answer.feed(data, monotonic_ns())
        except BaseException:
            self.close()
            raise
        if not answer.keep:
            self.close()

    def close(self) -> None:
        """Close it; the next exchange opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _closed(line: socket.socket, timeout: float) -> bool:
    """Tell whether the other end has closed: what can be read where nothing was asked for is the end, or wrong."""
    if isinstance(line, ssl.SSLSocket):  # session tickets are there to be read too: it cannot be told
        return False
    line.setblocking(False)  # noqa: FBT003  the socket module's own signature
    try:
        line.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        line.settimeout(timeout)
    return True


class Answer:
    """
    One answer being read: `status`, and each fragment of its body handed to *take* with the time of its read.

    *begin* is told the content type once the head is there.
    """

    def __init__(self, take: Take, begin: Callable[[int, str], None] | None = None) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._take, self._begin = take, begin
        self._type = ""
        self._now = 0
        self.status = 0
        self.length = 0
        self.complete = False
        self.keep = False

    def feed(self, data: bytes, now: int) -> None:
        """Parse *data*, read at *now*; no data is the end of the connection, which ends some answers in order."""
        if not data:
            if self.status and not self._framed:
                self.complete = True
                return
            raise Incomplete("the connection ended before the answer did")
        self._now = now
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as wrong:
            raise Incomplete("what came is no HTTP") from wrong

    _framed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note what says where the body ends, and what it is."""
        name = name.lower()
        if name == b"content-type":
            self._type = value.decode("latin-1")
        elif name in {b"content-length", b"transfer-encoding"}:
            self._framed = True

    def on_headers_complete(self) -> None:
        """Note the status, and say what kind of body comes."""
        self.status = self._parser.get_status_code()
        if self._begin:
            self._begin(self.status, self._type)

    def on_body(self, body: bytes) -> None:
        """Hand a fragment on."""
        self.length += len(body)
        self._take(body, self._now)

    def on_message_complete(self) -> None:
        """Note the end."""
        self.complete = True
        self.keep = self._parser.should_keep_alive()
