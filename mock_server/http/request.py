"""One request as it arrived, complete."""

import re
from typing import Any, NamedTuple

from overlap.mock_server.wire.common.errors import ApiError

# Right behind the tag, so that one search finds both, and nothing that a prompt quotes is taken for it.
_TAG = re.compile(rb"\[call ([^\]\s]{1,32})\](?: \[tokens (\d{1,6})\])?")

KEPT = frozenset(
    {
        b"host",
        b"origin",
        b"content-type",
        b"x-stainless-retry-count",
        b"expect",
        b"content-length",
        b"authorization",
        b"x-overlap-profile",
        b"x-overlap-tokens",
        b"x-overlap-prefill",
        b"x-overlap-fault",
    }
)
"""The headers that are looked at; the rest is passed over."""


class Known(NamedTuple):
    """
    What is known of a body that was read elsewhere: what the caller wants, or why not, and the call's tag.

    `length` is how many tokens the answer shall have, if the prompt says so.
    """

    wanted: Any
    tag: str | None
    length: int | None


def tagged(body: bytes) -> tuple[str | None, int | None]:
    """
    Return the call's tag from *body*, `[call <tag>]`, and how many tokens its answer shall have.

    That is said right behind the tag, as in `[call 000017] [tokens 129]`. None for each that is not said.
    """
    match = _TAG.search(body)
    if match is None:
        return None, None
    return match[1].decode("utf-8", "replace"), int(match[2]) if match[2] else None


class Request(NamedTuple):
    """
    Method, path and body; `received` is when the last byte came, in ns of the monotonic clock.

    `keep` is whether the connection may serve another request, `chunks` whether the client reads chunked answers.
    `refused` stands for a request that cannot even be read, and says why. Where `known` says what a large body
    asks for, `body` holds only what the request chooses for itself.
    """

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes
    received: int
    keep: bool
    chunks: bool
    refused: ApiError | None = None
    known: Known | None = None

    def tag(self) -> tuple[str | None, int | None]:
        """Return the call's tag, and how many tokens its answer shall have, as `tagged` does."""
        return tagged(self.body) if self.known is None else self.known[1:]

    def attempt(self) -> int | None:
        """Return which attempt of one call this is, from 0, as the official clients say; else None."""
        count = self.headers.get(b"x-stainless-retry-count")
        return int(count) if count is not None and count.isdigit() and len(count) < 10 else None
