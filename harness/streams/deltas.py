"""
Tells what one event of a stream means: output, reasoning, the end, a failure, or nothing; pure functions.

Knows chat completions and completions (OpenAI and its like, OpenRouter's failures, reasoning fields), responses,
Anthropic's messages, Gemini, Ollama, Cohere, LangServe, LangGraph, the AI SDK's and AG-UI's events, and the usual
places where services of one's own put a piece of text. What is known by none of these is no output: its keys are
returned instead, so that the caller can report why there was no output.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from overlap.harness.streams.sse import Event
from overlap.harness.text import fast_json

ForeignObject = dict[str, Any]
"""An object in an event as a service of somebody else's sends it: anything may be in it."""

DONE = b"[DONE]"
BROKEN = "invalid JSON"
"""The kind of failure that is an event whose JSON cannot be read."""

# Where a piece of text stands, the likeliest first; and what text may stand inside.
_TEXT = (
    "text",
    "content",
    "token",
    "delta",
    "answer",
    "output",
    "message",
    "response",
    "completion",
    "chunk",
    "generated_text",
    "textDelta",
    "inputTextDelta",
    "partial_json",
)
_INSIDE = (*_TEXT, "data", "parts", "candidates", "messages", "generations", "value", "kwargs")
_TOOLS = ("tool_calls", "tool_call_chunks", "function_call", "functionCall", "refusal", "audio")
_REASONING = ("reasoning_content", "reasoning", "reasoning_details", "thinking")
_NOT_THE_MODEL = frozenset({"user", "human", "HumanMessage", "system", "SystemMessage", "tool", "ToolMessage"})
# The last word of an event's name or type.
_FAILED = frozenset({"error", "errored", "failed", "failure", "exception"})
_QUIET = frozenset(
    {
        *("start", "started", "begin", "created", "added", "queued", "init", "connected", "open", "ready", "id"),
        *("end", "ended", "done", "finish", "finished", "complete", "completed", "incomplete", "stop", "stopped"),
        *("close", "closed", "final", "metadata", "meta", "ping", "heartbeat", "keepalive", "status", "progress"),
        *(
            "usage",
            "log",
            "debug",
            "info",
            "source",
            "sources",
            "citation",
            "citations",
            "documents",
            "references",
        ),
        *("context", "config", "session", "annotation", "snapshot"),
    }
)
_THE_END = frozenset(
    {
        *("end", "done", "finish", "finished", "complete", "completed", "close", "final"),
        *("message_stop", "message_end", "stream_end", "run_finished", "run_finish", "finish_message"),
        *("response_completed", "response_incomplete"),
    }
)
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,40}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Delta(NamedTuple):
    """
    What one event says.

    `output`: text, or a part of a tool call. `reasoning`: text the model thinks with, which is no answer yet.
    `end`: the stream is complete. `error`: the kind of a failure. `tokens`: how long the answer is, without its
    reasoning where the event tells that apart; `thought` is then the reasoning's own length. `keys`: of an object
    whose meaning is not known.
    """

    output: bool = False
    reasoning: bool = False
    end: bool = False
    error: str | None = None
    tokens: int | None = None
    keys: tuple[str, ...] = ()
    thought: int | None = None


NOTHING = Delta()


def delta(event: Event) -> Delta:
    """
    Return what *event* says.

    >>> delta(Event("", b'{"choices":[{"delta":{"reasoning_content":"hm"}}]}'))[:2]
    (False, True)
    >>> delta(Event("error", b'{"message":"upstream exploded"}')).error
    'error'
    """
    data = event.data
    if data.strip() == DONE:
        return Delta(end=True)
    try:
        value = fast_json.loads(data)
    except ValueError:
        # Text that is streamed as it is rarely begins so: it is an object that was cut off or broken.
        broken = Delta(error=BROKEN) if data.startswith(b'{"') else Delta(output=bool(data))
        return _named(event.name) or broken
    named = _named(event.name, value)
    if named is not None and (named.error or not isinstance(value, dict)):
        return named
    parsed = _object(value) if isinstance(value, dict) else Delta(output=_plain(value))
    if named is None or (isinstance(value, dict) and value.get("type") == event.name):
        return parsed
    # A name such as `done` or `sources` says that what comes with it is not the next piece of the answer.
    return parsed._replace(output=False, reasoning=False, end=named.end or parsed.end, keys=())


def meaning(value: ForeignObject | list[Any]) -> Delta:
    """Return what a decoded event says, or the parts of a message's content."""
    return _object(value) if isinstance(value, dict) else Delta(*_carried(value))


def code_of(error: Any) -> str:
    """
    Name a failure by its code or type, never by its message, which may quote a prompt.

    >>> code_of({"code": "rate_limit", "message": "my secret"}), code_of("my secret words")
    ('rate_limit', 'error')
    """
    if isinstance(error, Mapping):
        error = next((error[key] for key in ("code", "type", "status", "error") if error.get(key)), None)
        error = code_of(error) if isinstance(error, Mapping) else error
    text = str(error) if isinstance(error, (str, int)) else ""
    return text if _CODE.fullmatch(text) else "error"


@lru_cache(maxsize=1024)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


def _named(name: str, value: Any = None) -> Delta | None:
    """Return what the name or type of an event says by itself; None where it says nothing."""
    words = _words(name)
    if not words:
        return None
    if words[-1] in _FAILED and "tool" not in words:
        return Delta(error=code_of(_failure(value)))
    if "tool" in words and words[-1] in {"result", "results", "output", "available", *_FAILED}:
        return NOTHING
    if words[-1] in _QUIET:
        return Delta(end="_".join(words) in _THE_END)
    return None


def _failure(value: Any) -> Any:
    """Return where the code of a failure stands: in the `error` of an event, of its `response`, or in itself."""
    if not isinstance(value, dict):
        return None
    response = value.get("response")
    inner = value.get("error") or (response.get("error") if isinstance(response, dict) else None)
    if inner:
        return inner
    # A type such as "error" says no more than that it failed.
    return {key: each for key, each in value.items() if key != "type"}


def _object(value: ForeignObject) -> Delta:
    if value.get("error"):
        return Delta(error=code_of(value["error"]))
    if isinstance(value.get("choices"), list):
        return _choices(value)
    label = next((value[key] for key in ("type", "event", "event_type") if isinstance(value.get(key), str)), "")
    named = _named(label, value)
    if named is not None and named.error:
        return named
    tokens, thought = _tokens(value)
    if named is not None:
        tool = label == "content_block_start" and "tool" in str((value.get("content_block") or {}).get("type"))
        # A message that only begins tells of a length that is not yet known.
        begins = label == "message_start"
        return named._replace(output=tool, tokens=None if begins else tokens, thought=None if begins else thought)
    words = _words(label)
    end = value.get("done") is True or value.get("stop") is True or bool(_finished(value))
    if words[:1] == ("on",) and words[-1:] == ("stream",) and not {"model", "llm"} & set(words):
        return Delta(
            end=end, tokens=tokens, thought=thought
        )  # each chain around the model repeats what the model has said
    output, reasoning = _carried(value)
    if {"reasoning", "thinking", "thought"} & set(words):
        output, reasoning = False, output or reasoning
    if not output and not reasoning:
        # LangGraph's updates: what each node has added to the messages, under the node's name.
        nodes = (each for each in value.values() if isinstance(each, dict) and "messages" in each)
        output = any(_carried(each)[0] for each in nodes)
    empty = any(key in value and not value[key] for key in _TEXT)
    recognised = output or reasoning or end or empty or tokens is not None
    keys = () if recognised else tuple(value)
    return Delta(output, reasoning, end, None, tokens, keys, thought)


def _choices(value: ForeignObject) -> Delta:
    """Return what a chunk of chat completions or completions says."""
    choices = [each for each in value["choices"] if isinstance(each, dict)] if value["choices"] else []
    if value.get("error"):
        return Delta(error=code_of(value["error"]))
    output = reasoning = end = False
    for choice in choices:
        inner = choice.get("delta") or choice.get("message") or {}
        if choice.get("error") or choice.get("finish_reason") == "error":
            return Delta(error=code_of(choice.get("error")))
        end = end or choice.get("finish_reason") is not None
        content = inner.get("content")
        if isinstance(content, list):
            parts = [_carried(part) for part in content]
            output, reasoning = output or any(o for o, _ in parts), reasoning or any(r for _, r in parts)
            content = None
        # The commonest first: a piece of text has no need of the rest.
        output = output or bool(content or choice.get("text")) or any(map(inner.get, _TOOLS))
        reasoning = reasoning or any(map(inner.get, _REASONING))
    tokens, thought = _tokens(value)
    return Delta(output, reasoning, end, None, tokens, thought=thought)


def _carried(value: Any) -> tuple[bool, bool]:
    """Return whether there is output, and whether there is reasoning, in *value* or inside it."""
    if isinstance(value, list):
        parts = [_carried(each) for each in _told(value)]
        return any(output for output, _ in parts), any(reasoning for _, reasoning in parts)
    if not isinstance(value, dict):
        return _plain(value), False
    if any(isinstance(value.get(key), str) and value[key] in _NOT_THE_MODEL for key in ("role", "type")):
        return False, False
    if value.get("special") is True:  # a token that marks a turn's end, as TGI tells them
        return False, False
    output = any(value.get(each) for each in _TOOLS)
    reasoning = any(value.get(each) for each in _REASONING)
    for key in _INSIDE:
        inner = value.get(key)
        if isinstance(inner, (dict, list)):
            inner_output, inner_reasoning = _carried(inner)
            output, reasoning = output or inner_output, reasoning or inner_reasoning
        elif key in _TEXT:
            output = output or _plain(inner)
    if value.get("thought") is True or (isinstance(value.get("type"), str) and _thinks(value["type"])):
        # OpenAI's reasoning items have their text in a list of summaries.
        output, reasoning = False, output or reasoning or _carried(value.get("summary"))[0]
    return output, reasoning


def _thinks(kind: str) -> bool:
    return bool({"reasoning", "thinking", "thought"} & set(_words(kind)))


def _told(value: list[Any]) -> list[Any]:
    """Return the part of a list that may be output: a message without metadata, an event without its mode."""
    if len(value) == 2 and isinstance(value[0], dict) and isinstance(value[1], dict) and "content" in value[0]:
        return value[:1]
    if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], (dict, list)):
        return value[1:]
    return value


def _plain(value: Any) -> bool:
    """Tell whether a value that is no object is a piece of text; 0 is one, as a number that was not quoted."""
    if isinstance(value, list):
        return _carried(value)[0]
    return (
        bool(value) if isinstance(value, str) else isinstance(value, (int, float)) and not isinstance(value, bool)
    )


def _finished(value: ForeignObject) -> Any:
    candidates = value.get("candidates")
    if isinstance(candidates, list):
        return any(each.get("finishReason") for each in candidates if isinstance(each, dict))
    return value.get("finish_reason")


def _tokens(value: ForeignObject) -> tuple[int | None, int | None]:
    """Return how many tokens the answer and its reasoning have, as the event says; None where it does not."""
    usage = value.get("usage")
    for key in ("response", "message", "delta"):
        inner = value.get(key)
        if not usage and isinstance(inner, dict):
            usage = inner.get("usage")
    if isinstance(usage, dict):
        count = usage.get("completion_tokens", usage.get("output_tokens"))
        details = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
        return _apart(count, details.get("reasoning_tokens") if isinstance(details, dict) else None)
    meta = value.get("usageMetadata")
    if isinstance(meta, dict):
        # Gemini counts an answer without its thoughts, and these beside it.
        return _count(meta.get("candidatesTokenCount")), _count(meta.get("thoughtsTokenCount"))
    return _count(value.get("eval_count")), None


def _apart(total: Any, reasoning: Any) -> tuple[int | None, int | None]:
    """Return the tokens of the answer alone and of its reasoning; nothing where the two contradict each other."""
    count, thought = _count(total), _count(reasoning)
    if count is None or thought is None:
        return count, None
    return (count - thought, thought) if thought <= count else (None, None)


def _count(number: Any) -> int | None:
    """Return *number* if it can be a number of tokens; some endpoints send negative ones for unknown."""
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
