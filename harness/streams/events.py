"""
Counts the pieces of output in the body of a stream, wherever its bytes are cut; no socket, no clock.

Framing is `sse`'s, meaning is `deltas`'. What does not carry output is not counted: roles, usage,
`[DONE]`, comments, pings, reasoning.
"""

from collections.abc import Callable
from typing import Any

from overlap.harness.streams.deltas import BROKEN, code_of, delta
from overlap.harness.streams.sse import Event, EventReader, JsonReader, may_begin, reader_of
from overlap.harness.text import fast_json

NO_OUTPUT = "NoOutput"
_MOST_KEYS = 6

Own = Callable[[Any, str], bool | None]
"""Tells whether an event's data, with its name, is a piece of output; None leaves that to `deltas`."""


class Events:
    """
    Counts output in events.

    `tokens` is what the stream itself says of its length, None if nothing; `error` names the kind of a failure
    that came within the stream, after the status had said 200. `reasoning` counts pieces of reasoning, `ended`
    says whether an event came that says the stream is complete.
    """

    def __init__(self, reader: EventReader | JsonReader | None = None, own: Own | None = None) -> None:
        self._reader = reader or EventReader()
        self._own = own
        self._keys: dict[str, None] = {}
        self._events = 0
        self._tokens: int | None = None
        self._thought: int | None = None
        self.error: str | None = None
        self.reasoning = 0
        self.ended = False

    @property
    def tokens(self) -> int | None:
        """How long the answer is by the stream's own words, without reasoning; None where that is not known."""
        # A total that does not say how much of it was reasoning is not the answer's.
        return None if self.reasoning and self._thought is None else self._tokens

    def feed(self, body: bytes) -> int:
        """Return how many pieces of output *body* completes."""
        return sum(map(self._event, self._reader.feed(body)))

    def end(self) -> int:
        """Return how many pieces the end of the body completes."""
        return sum(map(self._event, self._reader.end()))

    def why_nothing(self) -> str:
        """Say why a complete stream had no output."""
        if self.reasoning:
            return f"{NO_OUTPUT}: reasoning only"
        if self._keys:
            keys = ", ".join(list(self._keys)[:_MOST_KEYS])
            return f"{NO_OUTPUT}: no known text field; keys seen: {keys}"
        return f"{NO_OUTPUT}: no event with text" if self._events else f"{NO_OUTPUT}: no event"

    def _event(self, event: Event) -> bool:
        self._events += 1
        parsed = delta(event)
        if self._own and (own := self._own(_data(event), event.name)) is not None:
            parsed = parsed._replace(output=own, reasoning=False, keys=())
        self._tokens = self._tokens if parsed.tokens is None else parsed.tokens
        self._thought = self._thought if parsed.thought is None else parsed.thought
        self.ended = self.ended or parsed.end
        self.reasoning += parsed.reasoning
        if parsed.error:
            self.error = f"{BROKEN} in the stream" if parsed.error == BROKEN else kind(parsed.error)
        self._keys |= dict.fromkeys(parsed.keys)
        return parsed.output


def _data(event: Event) -> Any:
    """Return an event's data as JSON has it, else as text."""
    try:
        return fast_json.loads(event.data)
    except ValueError:
        return event.data.decode("utf-8", "replace")


class Bytes:
    """Counts the fragments of a body that is no event stream: each that holds anything is a piece of output."""

    tokens: int | None = None
    error: str | None = None
    reasoning = 0
    ended = False

    @staticmethod
    def feed(body: bytes) -> int:
        """Return 1, or 0 for nothing."""
        return 1 if body else 0

    @staticmethod
    def end() -> int:
        """Return 0: the last fragment is counted already."""
        return 0

    @staticmethod
    def why_nothing() -> str:
        """Say why a complete body had no output."""
        return f"{NO_OUTPUT}: the body was empty"


class Detected:
    """Counts output in bytes without a content type: their beginning shows whether they are events."""

    def __init__(self) -> None:
        self._start = b""
        self._read: Events | Bytes | None = None

    @property
    def reasoning(self) -> int:
        """How many pieces of reasoning there were."""
        return self._read.reasoning if self._read else 0

    def feed(self, body: bytes) -> int:
        """Return how many pieces of output *body* completes; none while it can still become either kind."""
        if self._read is None:
            body = self._start = self._start + body
            if may_begin(body):
                return 0
            reader = reader_of("", body)
            self._read = Bytes() if reader is None else Events(reader)
        return self._read.feed(body)

    def end(self) -> int:
        """Return how many pieces the end of the body completes."""
        return self._read.end() if self._read else int(bool(self._start))


def kind(error: Any) -> str:
    """Name a failure told within a stream by its code or type, never by its message: that may quote a prompt."""
    return f"told in the stream: {code_of(error)}"
