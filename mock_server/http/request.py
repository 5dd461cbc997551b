"""One request as it arrived, complete."""

import re
from typing import NamedTuple

from overlap.mock_server.wire.common.errors import Refused

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


class Request(NamedTuple):
    """
    Method, path and body; `received` is when the last byte came, in ns of the monotonic clock.

    `keep` is whether the connection may serve another request, `chunks` whether the client reads chunked answers.
    `refused` stands for a request that cannot even be read, and says why.
    """

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes
    received: int
    keep: bool
    chunks: bool
    refused: Refused | None = None

    def tag(self) -> tuple[str | None, int | None]:
        """
        Answer the call's tag from the body, `[call <tag>]`, and how many tokens its answer shall have.

        That is said right behind the tag, as in `[call 000017] [tokens 129]`. None for each that is not said.
        """
        found = _TAG.search(self.body)
        if found is None:
            return None, None
        return found[1].decode("utf-8", "replace"), int(found[2]) if found[2] else None

    def attempt(self) -> int | None:
        """Answer which attempt of one call this is, from 0, as the official clients say; else None."""
        count = self.headers.get(b"x-stainless-retry-count")
        return int(count) if count is not None and count.isdigit() and len(count) < 10 else None
