"""Chat completions by hand: the request's body, the answer's text, the text in a stream's bytes. No socket."""

import json
from typing import TypedDict

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.streams.sse import EventReader

PATH = "chat/completions"


class Refused(Exception):
    """The server answered with an error; `status_code` is its HTTP status, None once a stream has begun."""

    def __init__(self, message: str, status_code: int | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code


def headers(endpoint: Endpoint) -> dict[str, str]:
    """Return the headers that every request carries."""
    return {"Authorization": f"Bearer {endpoint.api_key}"}


class StreamOptions(TypedDict, total=False):
    """What a stream should say beside the answer; the SDK has the same type under another name."""

    include_usage: bool
    include_obfuscation: bool


class ChatOptions(TypedDict, total=False):
    """The optional fields of a request."""

    max_completion_tokens: int
    stream_options: StreamOptions


class ChatBody(ChatOptions):
    """The body that asks for an answer in one piece."""

    model: str
    messages: list[dict[str, str]]


class ChatStreamBody(ChatBody):
    """The body that asks for a stream."""

    stream: bool


def options(endpoint: Endpoint) -> ChatOptions:
    """Return the optional fields of a request, under the names on the wire."""
    return {} if endpoint.max_tokens is None else {"max_completion_tokens": endpoint.max_tokens}


def stream_options(endpoint: Endpoint) -> ChatOptions:
    """Return the optional fields of a streamed request."""
    fields = options(endpoint)
    if endpoint.stream_usage:
        fields["stream_options"] = {"include_usage": True}
    return fields


def messages(prompt: str) -> list[dict[str, str]]:
    """Return *prompt* as a conversation of one message."""
    return [{"role": "user", "content": prompt}]


def asking(endpoint: Endpoint, prompt: str) -> ChatBody:
    """Return the body that asks for an answer in one piece."""
    return {"model": endpoint.model, "messages": messages(prompt), **options(endpoint)}


def listening(endpoint: Endpoint, prompt: str) -> ChatStreamBody:
    """Return the body that asks for a stream."""
    return {"model": endpoint.model, "messages": messages(prompt), "stream": True, **stream_options(endpoint)}


def text(body: str | bytes) -> str:
    """Return the text of an answer in one piece; empty where it has none, as with tool calls."""
    content: str | None = json.loads(body)["choices"][0]["message"]["content"]
    return content or ""


class ChatStreamReader:
    """
    Takes the text out of an event stream's bytes, wherever they are cut.

    The libraries' own line readers split at U+2028 and its kin too, which may stand in the middle of an answer, or
    refuse lines above a length.
    """

    def __init__(self) -> None:
        self._events = EventReader()

    def feed(self, data: bytes) -> list[str]:
        """Return the pieces of text that *data* completes; raises `Refused` where the stream says it failed."""
        return [piece for event in self._events.feed(data) if (piece := _piece(event.data))]

    def end(self) -> list[str]:
        """Return the piece of text behind which the blank line is missing; the stream is over."""
        return [piece for event in self._events.end() if (piece := _piece(event.data))]


def _piece(data: bytes) -> str:
    """Return the text in an event's *data*: none in role, finish reason, usage and `[DONE]`."""
    if not data or data.strip() == b"[DONE]":
        return ""
    event = json.loads(data)
    if error := event.get("error"):
        raise Refused(str(error))
    choices = event["choices"]
    content: str | None = choices[0]["delta"].get("content") if choices else None
    return content or ""
