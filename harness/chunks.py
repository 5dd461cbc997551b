"""Tells whether a piece of a stream, of whatever kind a client yields, carried output."""

from collections.abc import Mapping
from typing import Any

DONE = b"[DONE]"


def carries(piece: Any) -> bool:  # noqa: PLR0911  one line a kind of piece
    """
    Tell whether *piece* carries output: text, or a part of a tool call.

    Knows LangChain's messages, the SDK's chunks and events, their like as plain objects, updates of a graph (a
    node that changed nothing carries nothing), pairs of a message or a mode with something else, and bytes of an
    event stream. Anything else is output if it is not empty.

    >>> carries({"choices": [{"delta": {"role": "assistant", "content": ""}}]}), carries({"model": None})
    (False, False)
    """
    if hasattr(piece, "content"):
        return bool(piece.content or getattr(piece, "tool_call_chunks", None))
    if isinstance(piece, bytes):
        return bool(piece.strip()) and DONE not in piece
    if isinstance(piece, Mapping):
        return _mapping(piece)
    if isinstance(piece, tuple) and piece:
        # (message, metadata), (mode, chunk), (namespace, mode, chunk): the first alone is a message.
        return carries(piece[0] if hasattr(piece[0], "content") else piece[-1])
    if hasattr(piece, "choices"):
        return any(_choice(getattr(each, "delta", None) or each) for each in piece.choices)
    if str(getattr(piece, "type", "")).startswith("response."):
        return bool(getattr(piece, "delta", None))
    return bool(piece)


def _mapping(piece: Mapping[Any, Any]) -> bool:
    if isinstance(choices := piece.get("choices"), list):
        return any(_choice(each.get("delta") or each) for each in choices if isinstance(each, Mapping))
    return any(map(carries, piece.values()))


def _choice(delta: Any) -> bool:
    """Tell whether a choice, of an SDK's chunk or a plain object, has text or a tool call's part."""
    for name in ("content", "tool_calls", "text", "function_call", "refusal"):
        value = delta.get(name) if isinstance(delta, Mapping) else getattr(delta, name, None)
        if value:
            return True
    return False
