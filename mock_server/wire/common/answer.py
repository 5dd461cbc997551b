"""
What every endpoint of the wire owes the server, and the two things they pass to each other.

An endpoint is a module with

    PATH                        the path it serves, as in "/v1/chat/completions"
    read(body) -> ApiRequest         what the caller wants; raises `errors.Refused`
    compose(request, length)      (tokens, finish_reason): what the answer says, given the output length
                                the server drew; the endpoint cuts it to the caller's own limit
    whole(request, answer)        the body of an answer sent in one piece
    parts(request, answer)        optional: the same body in parts that are made as they are sent, where it is so
                                large that it should not be held in memory; None for others
    events(request, answer, group)    the same as server-sent events, *group* tokens to an event (1 unless told)

A request may have the attribute `per_token`: how many tokens of work one of its tokens is; 1 by default.

The server draws one due time per token. An event is due with the last of its tokens (see `shapes.due`), a whole
answer with the last of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from overlap.mock_server.wire.common.lazy import LazyParts


class Answer(NamedTuple):
    """
    What the server has to say to one request.

    `id` is 29 letters and digits, the same length for every answer; the endpoint puts its prefix before it.
    `created` is in whole seconds of the epoch. `tokens` joined give the text.
    """

    id: str
    created: int
    tokens: Sequence[str]
    prompt_tokens: int
    finish_reason: str


@dataclass(frozen=True, slots=True)
class AnswerEvents:
    """
    An answer as server-sent events, each item framed as `data: …` and a blank line, or several of these.

    `head` leaves with the first token (in the same write), `tail` with the last.
    `early` leaves as soon as the request was read, before the first token, and takes the headers with it.
    `marks` says how many tokens are complete with each item of `tokens`; None: one with each. `kind` is the
    content type.
    """

    head: bytes
    tokens: Sequence[bytes] | LazyParts
    tail: bytes
    early: bytes = b""
    marks: Sequence[int] | None = None
    kind: bytes = b"text/event-stream; charset=utf-8"


class ApiRequest(Protocol):
    """What the server itself needs to know of any request; an endpoint's own class says more."""

    @property
    def model(self) -> str:
        """The model's name as the caller wrote it."""

    @property
    def stream(self) -> bool:
        """Whether the answer is to come as events."""

    @property
    def prompt_tokens(self) -> int:
        """How long the prompt is, in tokens as this server counts them."""

    @property
    def answers(self) -> int:
        """How many answers of the same length come: one for each choice and prompt."""


class WireEndpoint(Protocol):
    """A module of the wire that serves one path."""

    PATH: str

    def read(self, body: bytes) -> ApiRequest:
        """Return what the caller wants; raises `errors.Refused`."""

    def compose(self, request: Any, length: int) -> tuple[Sequence[str], str]:
        """Return the tokens and the finish reason, for an output length of *length* tokens."""

    def whole(self, request: Any, answer: Answer) -> bytes:
        """Return the body of an answer in one piece."""

    def events(self, request: Any, answer: Answer, group: int = 1) -> AnswerEvents:
        """Return the same as server-sent events, *group* tokens to an event."""
