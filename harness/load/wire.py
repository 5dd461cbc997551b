"""
One keep-alive HTTP connection that stamps every read the moment it returns; blocking, so gevent's to switch.

Locust's own clients cannot time a stream: `FastHttpSession.iter_lines` reads in blocks of 1,024 bytes, so that 65
events become 12 arrivals, and requests' `iter_lines` waits for 512. A plain `recv` returns what is there.
"""

import socket
import ssl
import zlib
from collections.abc import Callable
from time import monotonic_ns
from typing import Any
from urllib.parse import urlsplit

import httptools

from overlap.harness.load.cookies import Cookies

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
        self._cookies = Cookies()
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self.authority = where.netloc.rpartition("@")[2]

    def head(self, method: str, path: str, headers: dict[str, str], length: int) -> bytes:
        """
        Return the request's head; *headers* win over the ones that are set here.

        Cookies that the service has set are sent back, as a browser does.
        """
        fields = {
            "Host": self.authority,
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Content-Length": str(length),
        }
        if cookies := self._cookies.header(self._url(path)):
            fields["Cookie"] = cookies
        fields |= headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {self._prefix}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")

    def keep_cookies(self, path: str, answer: "ServiceReply") -> None:
        """Keep the cookies that came with *answer*, which was asked for at *path*."""
        self._cookies.keep(self._url(path), answer.cookies)

    def _url(self, path: str) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{self.authority}{self._prefix}{path}"

    def open(self) -> socket.socket:
        """ServiceReply the connected socket: the one there is, unless it was closed at the other end."""
        if self._socket is not None and not _closed(self._socket, self._timeout):
            return self._socket
        self.close()
        plain = socket.create_connection((self._host, self._port), self._timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._tls.wrap_socket(plain, server_hostname=self._host) if self._tls else plain
        return self._socket

    def exchange(self, request: bytes, answer: "ServiceReply") -> None:
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
    if isinstance(line, ssl.SSLSocket):  # session tickets may be unread as well: only decrypted bytes tell
        return line.pending() > 0
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


class ServiceReply:
    """
    One answer being read: `status`, and each fragment of its body handed to *take* with the time of its read.

    *begin* is told the content type once the head is there. A body that is compressed with gzip or deflate is
    handed over as it was before; `packed` names another compression, whose bytes stay as they are. `cookies` are
    the values of Set-Cookie. Whatever comes before the answer (103 Early Hints) is skipped; what comes after it
    belongs to no call, so that the connection is not `keep`t.
    """

    def __init__(self, take: Take, begin: Callable[[int, str], None] | None = None) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._take, self._begin = take, begin
        self._now = 0
        self._surplus = False
        self.status = 0
        self.length = 0
        self.complete = False
        self.keep = False
        self.cookies: list[str] = []
        self._forget()

    def _forget(self) -> None:
        """Forget the head that was read last."""
        self._type = self.packed = ""
        self._framed = self._early = False
        self._unpack: _Unpacker | None = None

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
        except httptools.HttpParserCallbackError as wrong:
            raise (wrong.__context__ or wrong) from None  # ours, or that of a locustfile's own reading
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as wrong:
            if self.complete:  # the answer is whole; what follows it is no HTTP
                self.keep = False
                return
            raise Incomplete("what came is no HTTP") from wrong

    def on_message_begin(self) -> None:
        """Notice what follows the answer although nothing else was asked for."""
        if self.complete:
            self._surplus, self.keep = True, False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note what says where the body ends, and what it is."""
        if self._surplus:
            return
        name = name.lower()
        if name == b"content-type":
            self._type = value.decode("latin-1")
        elif name in {b"content-length", b"transfer-encoding"}:
            self._framed = True
        elif name == b"content-encoding":
            packed = value.decode("latin-1").strip().lower()
            self.packed = "" if packed == "identity" else packed
        elif name == b"set-cookie":
            self.cookies.append(value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """Note the status, and say what kind of body comes."""
        if self._surplus:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            self._forget()
            self._early = True
            return
        self.status = status
        if self.packed in _UNPACKED:
            self.packed, self._unpack = "", _Unpacker()
        if self._begin:
            self._begin(self.status, self._type)

    def on_body(self, body: bytes) -> None:
        """Hand a fragment on."""
        if self._surplus:
            return
        self.length += len(body)
        if self._unpack:
            try:
                body = self._unpack.feed(body)
            except zlib.error as wrong:
                raise Incomplete("what came is not compressed as its head says") from wrong
            if not body:
                return
        self._take(body, self._now)

    def on_message_complete(self) -> None:
        """Note the end."""
        if self._surplus:
            return
        if self._early:
            self._early = False
            return
        self.complete = True
        self.keep = self._parser.should_keep_alive()


_UNPACKED = frozenset({"gzip", "x-gzip", "deflate"})


class _Unpacker:
    """Undoes gzip and deflate as the bytes come."""

    def __init__(self) -> None:
        self._inner: Any = None

    def feed(self, body: bytes) -> bytes:
        """Return what *body* unpacks to by now."""
        if self._inner is None:
            self._inner = _unpacker(body)
        unpacked: bytes = self._inner.decompress(body)
        return unpacked


def _unpacker(start: bytes) -> Any:
    """Return what undoes a body that begins with *start*: gzip, zlib, or deflate without zlib's frame."""
    if start[:2] == b"\x1f\x8b"[: len(start[:2])]:
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    framed = start[:1] and start[0] & 0x0F == 8 and (len(start) < 2 or (start[0] << 8 | start[1]) % 31 == 0)
    return zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)
