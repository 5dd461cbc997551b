"""Reads one answer of a load run: stamps its output, and says what is wrong with it once it is complete."""

from typing import Any

import orjson

from overlap.harness.load.call_log import Beside
from overlap.harness.load.wire import ServiceReply
from overlap.harness.probe import CallMark
from overlap.harness.streams.deltas import code_of
from overlap.harness.streams.events import NO_OUTPUT, Bytes, Events, Own
from overlap.harness.streams.sse import reader_of


class Reading:
    """
    Stamps the output of one answer into *mark* and keeps the body's bytes in *parts*.

    *own* may tell for an event whether it is output, in place of what is known of formats.
    """

    def __init__(self, mark: CallMark, parts: list[bytes], *, streamed: bool, own: Own | None = None) -> None:
        self._mark, self._parts, self._streamed, self._own = mark, parts, streamed, own
        self.events: Events | Bytes | None = None
        self._type = ""
        self._refused = False
        self._reasoning: int | None = None
        self._last = 0

    def begin(self, status: int, content_type: str) -> None:
        """Note how the body is to be read."""
        self._refused, self._type = status >= 300, content_type

    def take(self, body: bytes, now: int) -> None:
        """Keep *body*, which was read at *now*."""
        self._parts.append(body)
        self._last = now
        if not self._streamed or self._refused:
            return
        if self.events is None:
            reader = reader_of(self._type, body)
            self.events = Bytes() if reader is None else Events(reader, self._own)
        self._note(self.events.feed(body))

    def end(self) -> None:
        """Count what the end of the body completes: that came with the last read."""
        if self.events:
            self._note(self.events.end())

    def _note(self, pieces: int) -> None:
        self._mark.chunks.extend([self._last] * pieces)
        if self._reasoning is None and self.events and self.events.reasoning:
            self._reasoning = self._last

    @property
    def beside(self) -> Beside:
        """What the answer said beside its output."""
        if not isinstance(self.events, Events):
            return Beside()
        return Beside(self._reasoning, self.events.ended, self.events.tokens)

    def error(self, answer: ServiceReply) -> str | None:
        """Name what is wrong with a complete answer; None where nothing is."""
        if self._refused:
            return f"HTTP {answer.status}{self._kind()}"
        if not self._streamed:
            return None
        if self.events and self.events.error:
            return self.events.error
        if answer.packed:
            return f"{NO_OUTPUT}: compressed ({answer.packed[:20]}), which cannot be read as it comes"
        if self._mark.chunks:
            return None
        return self.events.why_nothing() if self.events else f"{NO_OUTPUT}: the body was empty"

    def _kind(self) -> str:
        """Return the error's type where a refusal names one, as OpenAI's and the example service's do."""
        try:
            kind = orjson.loads(b"".join(self._parts))["error"]["type"]
        except (ValueError, TypeError, KeyError):
            return ""
        # The example service's has a space in it: "OpenAIAPIError 500".
        return (
            f" {kind[:40]}"
            if isinstance(kind, str) and all(code_of(each) == each for each in kind.split())
            else ""
        )


def piece_at(path: str, data: Any) -> bool:
    """
    Tell whether there is text at *path* in an event's *data*.

    >>> piece_at("data.parts.0.say", {"data": {"parts": [{"say": "a"}]}}), piece_at("say", "plain")
    (True, False)
    """
    for step in path.split("."):
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        else:
            return False
    return data not in (None, "", [], {}, False)
