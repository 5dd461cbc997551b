"""What is to be written for one request, and when: the pieces of an answer, and what faults may change of them."""

import enum
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from mock_server import http
from mock_server.wire import shapes
from mock_server.wire.answer import Events


class End(enum.Enum):
    """What becomes of the connection after the last piece."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"
    HALF_CLOSE = "half-close"


TOGETHER = 64
"""The most overdue pieces that leave in one write, so that a slow reader's backlog stays small."""


@dataclass(slots=True)
class Plan:
    """
    The writes of one answer.

    `pieces` are as many as `due`, the times in ns from the request's arrival. The first `head` bytes of the first
    piece are status line and headers; `chunked` tells whether the pieces are framed as chunks. `marks` says how
    many tokens are complete with each piece; None: one with each. `together` pieces may leave in one write when
    they are overdue. `promised` are the due times from before a fault cut some off.
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

    def frame(self, event: bytes) -> bytes:
        """Frame *event* as the pieces are framed."""
        return http.chunk(event) if self.chunked else event

    def counted(self) -> list[int]:
        """Answer how many tokens are complete with each piece."""
        return [1] * len(self.pieces) if self.marks is None else self.marks

    def planned(self) -> "array[int]":
        """Answer the due times that count as tokens (of a stream) or as the whole body."""
        if self.promised is not None:
            return self.promised
        if self.marks is None:
            return self.due if isinstance(self.due, array) else array("q", self.due)
        return array("q", (due for due, mark in zip(self.due, self.marks, strict=True) for _ in range(mark)))


def whole(head: bytes, body: bytes, due: int) -> Plan:
    """Plan an answer in one piece."""
    return Plan([head + body], array("q", (due,)), len(head), stream=False, chunked=False)


def streamed(head: bytes, events: Events, due: "array[int]", *, chunked: bool) -> Plan:
    """
    Plan an answer as events, a piece for each of them, with a due time for each token.

    The head leaves with the first token, as OpenAI's chat does, unless the events have something early to say.
    Without chunks (a client of HTTP/1.0) the stream is bare, and ends when the connection does.
    """
    frame = http.chunk if chunked else bytes
    tokens = events.tokens or [b""]
    pieces = [frame(token) for token in tokens]
    if len(tokens) == 1:
        pieces[0] = frame(events.head + tokens[0] + events.tail)
    else:
        pieces[0] = frame(events.head + tokens[0])
        pieces[-1] = frame(tokens[-1] + events.tail)
    if chunked:
        pieces[-1] += http.LAST_CHUNK
    marks = None if events.marks is None else list(events.marks)
    plan = Plan(pieces, shapes.due(due, marks), 0, stream=True, chunked=chunked, marks=marks)
    if events.early:
        plan.early = head + frame(events.early)
    else:
        plan.head = len(head)
        pieces[0] = head + pieces[0]
    return plan
