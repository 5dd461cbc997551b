"""Bytes of HTTP/1.1 answers: heads and chunks; no socket, and the clock's reading is handed in."""

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

JSON = b"application/json"
CHUNKED = b"transfer-encoding: chunked\r\n"
CLOSE = b"connection: close\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


@lru_cache(maxsize=4)
def _dated(second: int) -> bytes:
    return b"date: %b\r\n" % formatdate(second, usegmt=True).encode()


@lru_cache(maxsize=64)
def _status(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


def head(status: int, second: int, kind: bytes, length: int | None, more: bytes = b"") -> bytes:
    """
    Return status line and headers up to the blank line.

    *second* is the time of day in whole seconds of the epoch; *length* None leaves the size to *more*, which are
    further header lines, each with its line end.
    """
    size = b"" if length is None else b"content-length: %d\r\n" % length
    return b"%b%bcontent-type: %b\r\n%b%b\r\n" % (_status(status), _dated(second), kind, size, more)


def chunk(data: bytes) -> bytes:
    """Frame *data* as one chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)
