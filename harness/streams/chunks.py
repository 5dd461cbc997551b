"""
Tells what a piece of a stream carries, of whatever kind a client yields: output, thinking, or neither.

Output is the answer: text, a refusal, or a part of a tool call. Thinking is text that a reasoning model sends
before its answer. Bytes are read elsewhere, since an event may be cut in two (`overlap.harness.streams.events`).
"""

from collections.abc import Mapping
from typing import Any

from overlap.harness.streams.deltas import meaning

_OUTPUT = ("content", "tool_calls", "text", "function_call", "refusal")
_THINKING = ("reasoning_content", "reasoning", "reasoning_details", "thinking")


def carries(piece: Any) -> bool:
    """
    Return whether *piece* carries output: text, or a part of a tool call.

    Knows LangChain's messages, the SDK's chunks and events, their like as plain objects, updates of a graph (a
    node that changed nothing carries nothing), and pairs of a message or a mode with something else. Anything else
    is output if it is not empty.

    >>> carries({"choices": [{"delta": {"role": "assistant", "content": ""}}]}), carries({"model": None})
    (False, False)
    """
    if _there(piece, "content"):
        content = piece.content
        output = meaning(content).output if isinstance(content, list) else bool(content)
        return output or bool(getattr(piece, "tool_call_chunks", None))
    if isinstance(piece, Mapping):
        return _mapping(piece)
    if isinstance(piece, tuple) and piece:
        return carries(_part(piece))
    if _there(piece, "choices"):
        return any(_has(_delta(each), _OUTPUT) for each in piece.choices or ())
    if str(kind := getattr(piece, "type", "")).startswith("response."):
        return bool(getattr(piece, "delta", None)) and "reasoning" not in kind
    return bool(piece)


def thinks(piece: Any) -> bool:
    """
    Return whether *piece* carries thinking, under any of the names that it has in the field.

    >>> thinks({"choices": [{"delta": {"reasoning_content": "hm"}}]}), thinks({"choices": []})
    (True, False)
    """
    if _there(piece, "content"):
        content, beside = piece.content, getattr(piece, "additional_kwargs", None)
        return (isinstance(content, list) and meaning(content).reasoning) or _has(beside or {}, _THINKING)
    if isinstance(piece, Mapping):
        return meaning(dict(piece)).reasoning
    if isinstance(piece, tuple) and piece:
        return thinks(_part(piece))
    if _there(piece, "choices"):
        return any(_has(_delta(each), _THINKING) for each in piece.choices or ())
    kind = str(getattr(piece, "type", ""))
    return kind.startswith("response.") and "reasoning" in kind and bool(getattr(piece, "delta", None))


def _there(piece: Any, name: str) -> bool:
    """
    Return whether *piece* has an attribute called *name*.

    A pydantic object takes microseconds to say that it has none, in every chunk of a stream; its own fields are
    looked at first, and then its class, which may have a property.
    """
    fields = getattr(piece, "__dict__", None)
    if fields:
        return name in fields or name in _names_of(type(piece))
    return hasattr(piece, name)


_CLASSES: dict[type, frozenset[str]] = {}


def _names_of(kind: type) -> frozenset[str]:
    """Return the names that a class has; kept, since each stream's chunks are of one class."""
    if (names := _CLASSES.get(kind)) is None:
        names = _CLASSES[kind] = frozenset(name for each in kind.__mro__ for name in vars(each))
    return names


def _mapping(piece: Mapping[Any, Any]) -> bool:
    if any(isinstance(piece.get(key), kind) for key, kind in (("choices", list), ("type", str))):
        return meaning(dict(piece)).output
    return any(map(carries, piece.values()))


def _part(piece: tuple[Any, ...]) -> Any:
    """Return the part that counts of (message, metadata), (mode, chunk) or (namespace, mode, chunk)."""
    return piece[0] if _there(piece[0], "content") else piece[-1]


def _delta(choice: Any) -> Any:
    return getattr(choice, "delta", None) or choice


def _has(delta: Any, names: tuple[str, ...]) -> bool:
    """Return whether a choice, of an SDK's chunk or a plain object, has something under one of *names*."""
    if isinstance(delta, Mapping):
        return any(delta.get(name) for name in names)
    return any(getattr(delta, name, None) for name in names)
