"""Server-sent events: framing, the padding OpenAI adds, and a stream's bytes made once and stamped per request."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import orjson

from mock_server.wire.answer import Events

DONE = b"data: [DONE]\n\n"
ID = "?" * 29
CREATED = 1_000_000_000
_PADDING = "aZ3kQx8LwPn5RtYb"


def data(event: bytes) -> bytes:
    """Frame one event of compact JSON."""
    return b"data: " + event + b"\n\n"


def padded(chunk: dict[str, Any]) -> bytes:
    """
    Answer *chunk* as compact JSON with an `obfuscation` field that makes its length 1 modulo 16.

    OpenAI pads so that the sizes of packets tell nothing of the words; recorded chunks are 1 (mod 16) bytes.
    """
    bare = len(orjson.dumps({**chunk, "obfuscation": ""}))
    return orjson.dumps({**chunk, "obfuscation": _PADDING[: (1 - bare) % 16]})


class Stream:
    """
    The events of an answer with places left for its id and its time, filled by one replacement.

    Id and time have the same length in every answer, so each event keeps its place in the joined bytes. *mark* is
    what to look for: the text around both places, once per event, made from `ID` and `CREATED`.
    """

    __slots__ = ("_ends", "_joined", "_mark", "_tail")

    def __init__(self, mark: str, head: Iterable[bytes], tokens: Iterable[bytes], tail: Iterable[bytes]) -> None:
        self._mark = mark
        parts = [b"".join(head), *tokens]
        self._joined = b"".join(parts)
        self._tail = b"".join(tail)
        self._ends: list[int] = []
        for part in parts:
            self._ends.append(len(part) + (self._ends[-1] if self._ends else 0))

    def stamped(self, identity: str, created: int, more: bytes = b"") -> Events:
        """Answer the events with this id and time; *more* are events that follow the stream's own."""
        old = self._mark.encode()
        new = self._mark.replace(ID, identity).replace(str(CREATED), str(created)).encode()
        text = self._joined.replace(old, new)
        ends = self._ends
        tokens = [text[a:b] for a, b in pairwise(ends)]
        return Events(text[: ends[0]], tokens, (self._tail + more).replace(old, new) + DONE)
