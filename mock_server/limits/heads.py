"""Heads of answers: the status line and the headers that OpenAI sends with them."""

import time
from collections.abc import Iterable
from http import HTTPStatus

from overlap.mock_server.http import response_bytes
from overlap.mock_server.limits.limits import Standing, spelled

NO_LIMITS = (
    b"x-ratelimit-limit-requests: 30000\r\nx-ratelimit-limit-tokens: 150000000\r\n"
    b"x-ratelimit-remaining-requests: 29999\r\nx-ratelimit-remaining-tokens: 149999974\r\n"
    b"x-ratelimit-reset-requests: 2ms\r\nx-ratelimit-reset-tokens: 0s\r\n"
)
"""What an account of the highest tier sees, for a server without limits."""

# As recorded on 2025-08-14: what a client has to parse is part of what an answer costs it.
_ALWAYS = (
    b"access-control-expose-headers: X-Request-ID\r\nx-content-type-options: nosniff\r\n"
    b"openai-organization: org-overlap\r\nopenai-project: proj_overlap\r\nopenai-version: 2020-10-01\r\n"
    b"strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n"
    b"cf-cache-status: DYNAMIC\r\ncf-ray: 96ec939ccfdbe4fe-LHR\r\nserver: cloudflare\r\n"
    b'alt-svc: h3=":443"; ma=86400\r\n'
)


def limit_pairs(most: tuple[int, int], standing: Standing) -> list[tuple[str, str]]:
    """Return the rate-limit headers, for the limits *most* on requests and tokens a minute."""
    kinds = ("requests", "tokens")
    return [
        *((f"x-ratelimit-limit-{kind}", str(limit)) for kind, limit in zip(kinds, most, strict=True)),
        *(
            (f"x-ratelimit-remaining-{kind}", str(left))
            for kind, left in zip(kinds, standing.remaining, strict=True)
        ),
        *((f"x-ratelimit-reset-{kind}", spelled(wait)) for kind, wait in zip(kinds, standing.reset, strict=True)),
    ]


def lines(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return header lines as bytes."""
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in pairs)


def _more(request_id: str, took: int, limits: bytes, *, keep: bool) -> bytes:
    ms = took // 1_000_000
    close = b"" if keep else response_bytes.CLOSE
    return b"x-request-id: %b\r\nopenai-processing-ms: %d\r\n%b%b%b" % (
        request_id.encode(),
        ms,
        limits,
        _ALWAYS,
        close,
    )


def whole(request_id: str, took: int, limits: bytes, length: int, *, keep: bool) -> bytes:
    """Return the head of a whole answer of *length* bytes that took *took* ns."""
    more = _more(request_id, took, limits, keep=keep)
    return response_bytes.head(200, int(time.time()), response_bytes.JSON, length, more)


def streamed(  # noqa: PLR0913 - each decides about a header
    request_id: str, took: int, limits: bytes, kind: bytes, *, chunked: bool, keep: bool
) -> bytes:
    """Return the head of a stream whose first event comes after *took* ns; *kind* is its content type."""
    more = _more(request_id, took, limits, keep=keep) + (response_bytes.CHUNKED if chunked else b"")
    return response_bytes.head(200, int(time.time()), kind, None, more)


def refused(request_id: str, status: int, length: int, extra: tuple[tuple[str, str], ...], *, keep: bool) -> bytes:
    """
    Return the head of an error, with *extra* headers of its own.

    Recorded: a bad request has all the headers of a success; who asks for what is not there gets the id alone.
    """
    more = lines(extra) + b"x-request-id: %b\r\n" % request_id.encode() + (b"" if keep else response_bytes.CLOSE)
    if status == HTTPStatus.BAD_REQUEST:
        more += b"openai-processing-ms: 0\r\n" + _ALWAYS
    return response_bytes.head(status, int(time.time()), response_bytes.JSON, length, more)
