"""What is to be written for one request, and when: the pieces of an answer, and what faults may change of them."""

import enum
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from overlap.mock_server.http import response_bytes
from overlap.mock_server.wire.common import shapes
from overlap.mock_server.wire.common.answer import AnswerEvents
from overlap.mock_server.wire.common.lazy import LazyParts


class End(enum.Enum):
    """What becomes of the connection after the last piece."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"
    HALF_CLOSE = "half-close"


LONG = 4_096
"""The most tokens (or as much work) of an answer that is made while everybody waits, in a few milliseconds."""

TOGETHER = 64
"""The most overdue pieces that leave in one write, so that a slow reader's backlog stays small."""


class Flow(LazyParts):
    """The pieces of an answer that are not held in memory: each is made when it is sent, in order, and once."""

    __slots__ = ()

    def take(self, count: int) -> bytes:
        """Return the next *count* pieces, joined."""
        return b"".join(islice(self._made, count))


@dataclass(slots=True)
class AnswerPlan:
    """
    The writes of one answer.

    `pieces` are as many as `due`, the times in ns from the request's arrival. The first `head` bytes of the first
    piece are status line and headers; `chunked` tells whether the pieces are framed as chunks. `marks` says how
    many tokens are complete with each piece; None: one with each. `together` pieces may leave in one write when
    they are overdue. `promised` are the due times from before a fault cut some off. A `flow` stands in the place
    of the pieces where they would be too many to be held; `gather` makes pieces of it.
    """

    pieces: list[bytes]
    due: Sequence[int]
    head: int
    stream: bool
    chunked: bool
    end: End = End.KEEP
    marks: list[int] | None = None
    together: int = TOGETHER
    early: bytes = b""
    promised: "array[int] | None" = None
    flow: Flow | None = None

    def gather(self) -> None:
        """Hold all pieces, for a fault to change some of them."""
        if self.flow is not None:
            self.pieces, self.flow = list(self.flow), None

    def frame(self, event: bytes) -> bytes:
        """Frame *event* as the pieces are framed."""
        return response_bytes.chunk(event) if self.chunked else event

    def counted(self) -> list[int]:
        """Return how many tokens are complete with each piece."""
        return [1] * len(self.flow or self.pieces) if self.marks is None else self.marks

    def planned(self) -> "array[int]":
        """Return the due times that count as tokens (of a stream) or as the whole body."""
        if self.promised is not None:
            return self.promised
        if self.marks is None:
            return self.due if isinstance(self.due, array) else array("q", self.due)
        return array("q", (due for due, mark in zip(self.due, self.marks, strict=True) for _ in range(mark)))


def whole(head: bytes, body: bytes, due: int) -> AnswerPlan:
    """Plan an answer in one piece."""
    return AnswerPlan([head + body], array("q", (due,)), len(head), stream=False, chunked=False)


def empty() -> AnswerPlan:
    """Plan nothing yet."""
    return AnswerPlan([], array("q", (0,)), 0, stream=False, chunked=False)


def in_parts(head: bytes, parts: LazyParts, due: int, *, chunked: bool) -> AnswerPlan:
    """Plan a whole answer that is made as it is sent; without chunks, its end is the connection's."""
    count = len(parts)
    frames = (_framed(head if i == 0 else b"", part, b"", chunked, i == count - 1) for i, part in enumerate(parts))
    laid = AnswerPlan([], array("q", (due,)) * count, len(head), stream=False, chunked=chunked)
    laid.flow = Flow(count, frames)
    laid.marks = [0] * (count - 1) + [1]
    laid.together = 1
    if not chunked:
        laid.end = End.CLOSE
    return laid


def _framed(before: bytes, event: bytes, after: bytes, chunked: bool, last: bool) -> bytes:  # noqa: FBT001
    if not chunked:
        return before + event + after
    return before + response_bytes.chunk(event + after) + (response_bytes.LAST_CHUNK if last else b"")


def streamed(head: bytes, events: AnswerEvents, due: "array[int]", *, chunked: bool) -> AnswerPlan:
    """
    AnswerPlan an answer as events, a piece for each of them, with a due time for each token.

    The head leaves with the first token, as OpenAI's chat does, unless the events have something early to say.
    Without chunks (a client of HTTP/1.0) the stream is bare, and ends when the connection does.
    """
    marks = None if events.marks is None else list(events.marks)
    laid = AnswerPlan([], shapes.due(due, marks), 0, stream=True, chunked=chunked, marks=marks)
    before = b""
    if events.early:
        laid.early = head + laid.frame(events.early)
    else:
        laid.head = len(head)
        before = head
    if isinstance(events.tokens, LazyParts):
        laid.flow = Flow(len(events.tokens), _flowing(before, events, chunked=chunked))
    else:
        laid.pieces = _pieces(before, events, chunked=chunked)
    return laid


def _pieces(before: bytes, events: AnswerEvents, *, chunked: bool) -> list[bytes]:
    frame = response_bytes.chunk if chunked else bytes
    tokens = list(events.tokens) or [b""]
    pieces = [frame(token) for token in tokens]
    if len(tokens) == 1:
        pieces[0] = frame(events.head + tokens[0] + events.tail)
    else:
        pieces[0] = frame(events.head + tokens[0])
        pieces[-1] = frame(tokens[-1] + events.tail)
    if chunked:
        pieces[-1] += response_bytes.LAST_CHUNK
    pieces[0] = before + pieces[0]
    return pieces


def _flowing(before: bytes, events: AnswerEvents, *, chunked: bool) -> Iterator[bytes]:
    """Yield the same pieces, of more tokens than one."""
    last = len(events.tokens) - 1
    frame = response_bytes.chunk if chunked else bytes
    for i, token in enumerate(events.tokens):
        if i == 0:
            yield _framed(before, events.head + token, events.tail if last == 0 else b"", chunked, last == 0)
        elif i == last:
            yield _framed(b"", token, events.tail, chunked, i == last)
        else:
            yield frame(token)
