"""
Finds the pieces of output in the body of a stream, wherever its bytes are cut; no socket, no clock.

Reads server-sent events of OpenAI's kinds (chat, completions, responses) and of anybody's own, and bodies that are
no events at all. What does not carry output is not counted: roles, usage, `[DONE]`, comments, pings.
"""

from typing import Any

import orjson

# Where services of one's own put a piece of text, the likeliest first.
_KEYS = ("text", "content", "token", "delta", "answer", "output", "message")


class Events:
    """
    Counts output in server-sent events; `tokens` is what the stream itself says of its length, None if nothing.

    `error` names the kind of a failure that came within the stream, after the status had said 200.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self.tokens: int | None = None
        self.error: str | None = None

    def feed(self, body: bytes) -> int:
        """Answer how many pieces of output *body* completes."""
        *lines, self._rest = (self._rest + body).split(b"\n")
        return sum(self._line(line.rstrip(b"\r")) for line in lines)

    def _line(self, line: bytes) -> bool:
        if line.startswith(b"data:"):
            self._data.append(line[5:].strip())
            return False
        if line or not self._data:
            return False
        data = b"\n".join(self._data) if len(self._data) > 1 else self._data[0]
        self._data.clear()
        return self._event(data)

    def _event(self, data: bytes) -> bool:
        try:
            event = orjson.loads(data)
        except ValueError:
            return data not in {b"", b"[DONE]"}
        return self._object(event) if isinstance(event, dict) else bool(event)

    def _object(self, event: dict[str, Any]) -> bool:
        if "choices" in event:
            self._note(event)
            return any(map(_carries, event["choices"]))
        if event.get("error"):
            self.error = kind(event["error"])
            return False
        if isinstance(event.get("type"), str) and event["type"].startswith("response."):
            self._note(event.get("response") or {})
            return event["type"].endswith(".delta") and bool(event.get("delta"))
        return any(event.get(key) for key in _KEYS)

    def _note(self, about: dict[str, Any]) -> None:
        usage = about.get("usage")
        if usage:
            self.tokens = usage.get("completion_tokens", usage.get("output_tokens", self.tokens))


class Bytes:
    """Counts the fragments of a body that is no event stream: each that holds anything is a piece of output."""

    tokens: int | None = None
    error: str | None = None

    def feed(self, body: bytes) -> int:
        """Answer 1, or 0 for nothing."""
        return 1 if body else 0


def kind(error: Any) -> str:
    """Name a failure told within a stream by its code or type, never by its message: that may quote a prompt."""
    if isinstance(error, dict):
        error = error.get("code") or error.get("type") or "error"
    return f"told in the stream: {str(error)[:40]}"


def _carries(choice: dict[str, Any]) -> bool:
    """Tell whether a choice of a chat or completions chunk has text, or a part of a tool call."""
    delta = choice.get("delta") or {}
    return bool(delta.get("content") or delta.get("tool_calls") or choice.get("text"))
