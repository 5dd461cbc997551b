"""The pieces of an answer as they go over the wire: head, headers of OpenAI's, body or events."""

import time

from mock_server import http
from mock_server.journal import Entry
from mock_server.wire.answer import Events

_ALWAYS = (
    b"access-control-expose-headers: X-Request-ID\r\nx-content-type-options: nosniff\r\n"
    b"openai-organization: org-overlap\r\nopenai-version: 2020-10-01\r\n"
)
_LIMITS = (
    b"x-ratelimit-limit-requests: 30000\r\nx-ratelimit-limit-tokens: 150000000\r\n"
    b"x-ratelimit-remaining-requests: 29999\r\nx-ratelimit-remaining-tokens: 149999974\r\n"
    b"x-ratelimit-reset-requests: 2ms\r\nx-ratelimit-reset-tokens: 0s\r\n"
)


def _headers(entry: Entry) -> bytes:
    took = entry.planned[0] // 1_000_000
    identity = entry.request_id.encode()
    return b"x-request-id: %b\r\nopenai-processing-ms: %d\r\n%b%b" % (identity, took, _LIMITS, _ALWAYS)


def whole(entry: Entry, body: bytes, *, keep: bool) -> list[bytes]:
    """Answer the one piece of an answer in one piece."""
    more = _headers(entry) if keep else _headers(entry) + http.CLOSE
    return [http.head(entry.status, int(time.time()), http.JSON, len(body), more) + body]


def refused(entry: Entry, body: bytes, extra: tuple[tuple[str, str], ...], *, keep: bool) -> list[bytes]:
    """Answer the one piece of an error: fewer headers than a success has, and its own."""
    more = b"".join(f"{name}: {value}\r\n".encode() for name, value in extra)
    more += b"x-request-id: %b\r\n" % entry.request_id.encode() + (b"" if keep else http.CLOSE)
    return [http.head(entry.status, int(time.time()), http.JSON, len(body), more) + body]


def streamed(entry: Entry, events: Events, *, chunks: bool, keep: bool) -> tuple[bytes, list[bytes]]:
    """
    Answer what leaves before the first token, and a piece for each token.

    The head leaves with the first token, as OpenAI's chat does, unless the events have something early to say.
    Without *chunks* (a client of HTTP/1.0) the stream is bare, and ends when the connection does.
    """
    frame = http.chunk if chunks else bytes
    more = _headers(entry) + (http.CHUNKED if chunks else b"") + (b"" if keep else http.CLOSE)
    head = http.head(200, int(time.time()), http.EVENTS, None, more)
    tokens = events.tokens or [b""]
    if len(tokens) == 1:
        pieces = [frame(events.head + tokens[0] + events.tail)]
    else:
        pieces = [frame(token) for token in tokens]
        pieces[0] = frame(events.head + tokens[0])
        pieces[-1] = frame(tokens[-1] + events.tail)
    if chunks:
        pieces[-1] += http.LAST_CHUNK
    if events.early:
        return head + frame(events.early), pieces
    pieces[0] = head + pieces[0]
    return b"", pieces
