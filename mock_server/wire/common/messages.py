"""The messages of a chat: whether they are well formed, how long they are, and whether a tool has answered."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from overlap.mock_server.wire.common import errors, rules
from overlap.mock_server.wire.common.text import count_tokens

_ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_PARTS = ("text", "image_url", "input_audio", "file", "refusal")
# An image of low detail, by OpenAI's pricing of gpt-4o; no image is looked at here.
_IMAGE = 85
_STAND_INS = ("tool_calls", "function_call", "refusal", "audio")


class Talk(NamedTuple):
    """What the messages amount to: their length in tokens, and whether a tool spoke since the user did."""

    tokens: int
    answered: bool


def read(messages: Any) -> Talk:
    """Return what *messages* amount to, or refuse them."""
    if type(messages) is not list:
        raise errors.wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise errors.empty("messages")
    tokens = 3
    answered = False
    whole = True
    for message in messages:
        try:
            role, content = message["role"], message["content"]
        except (KeyError, TypeError):
            whole = False
            continue
        if role == "user":
            answered = False
        elif role == "tool" or role == "function":  # noqa: PLR1714 - twice as fast as `in`, on the path of every request
            answered, whole = True, False
        elif role not in _ROLES or "tool_calls" in message:
            whole = False
        if type(content) is str:
            tokens += 4 + count_tokens(content)
        else:
            whole = False
    return Talk(tokens, answered) if whole else _carefully(messages, answered=answered)


def _carefully(messages: list[Any], *, answered: bool) -> Talk:
    """Return the same for messages that are wrong, or only unusual."""
    for i, message in enumerate(messages):
        _check(f"messages[{i}]", message)
    for i, message in enumerate(messages):
        _check_content(i, message)
    _check_tools(messages)
    return Talk(3 + sum(4 + length(message.get("content")) for message in messages), answered)


def _check(where: str, message: Any) -> None:
    rules.mapping(where, message)
    role = rules.required(message, "role", f"{where}.")
    if role not in _ROLES:
        rules.string(f"{where}.role", role)
        raise errors.wrong_value(f"{where}.role", role, _ROLES)
    content = message.get("content")
    if content is not None and not isinstance(content, str):
        if not isinstance(content, list):
            raise errors.wrong_type(f"{where}.content", "one of a string or array of objects", content)
        for i, part in enumerate(content):
            _check_part(f"{where}.content[{i}]", part)
    if message.get("tool_calls") is not None:
        _check_calls(f"{where}.tool_calls", message["tool_calls"])
    if role == "tool":
        rules.string(f"{where}.tool_call_id", rules.required(message, "tool_call_id", f"{where}."))


def _check_part(where: str, part: Any) -> None:
    rules.mapping(where, part)
    kind = rules.required(part, "type", f"{where}.")
    rules.one_of(*_PARTS)(f"{where}.type", kind)
    inner = rules.required(part, kind, f"{where}.")
    if kind in {"text", "refusal"}:
        rules.string(f"{where}.{kind}", inner)
    else:
        rules.mapping(f"{where}.{kind}", inner)


def _check_calls(where: str, calls: Any) -> None:
    rules.objects(where, calls)
    if not calls:
        raise errors.empty(where)
    for i, call in enumerate(calls):
        rules.string(f"{where}[{i}].id", rules.required(call, "id", f"{where}[{i}]."))
        kind = "custom" if call.get("type") == "custom" else "function"
        rules.mapping(f"{where}[{i}].{kind}", rules.required(call, kind, f"{where}[{i}]."))


def _check_content(i: int, message: dict[str, Any]) -> None:
    if message.get("content") is not None:
        return
    role = message["role"]
    if role == "assistant" and any(message.get(name) is not None for name in _STAND_INS):
        return
    if role == "developer":
        where = f"messages[{i}].content"
        if "content" not in message:
            raise errors.missing(where)
        raise errors.wrong_type(where, "one of a string or array of objects", None)
    text = "Invalid value for 'content': expected a string, got null."
    raise errors.bad_request(text, f"messages.[{i}].content")


def _check_tools(messages: Sequence[dict[str, Any]]) -> None:
    """Refuse tool messages without a call, and calls without a tool message."""
    open_calls: dict[str, None] = {}
    called = False
    for i, message in enumerate(messages):
        if message["role"] == "tool":
            if not called:
                text = (
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
                    "'tool_calls'."
                )
                raise errors.bad_request(text, f"messages.[{i}].role")
            open_calls.pop(message["tool_call_id"], None)
            continue
        _check_answered(open_calls, i)
        calls = message.get("tool_calls") if message["role"] == "assistant" else None
        called = bool(calls)
        open_calls = dict.fromkeys(call["id"] for call in calls or ())
    _check_answered(open_calls, len(messages))


def _check_answered(open_calls: Iterable[str], i: int) -> None:
    lacking = ", ".join(open_calls)
    if lacking:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. The following tool_call_ids did not have response messages: " + lacking
        )
        raise errors.bad_request(text, f"messages.[{i}].role")


def length(content: Any) -> int:
    """Return about how many tokens a message's *content* has: a text, parts, or nothing."""
    if isinstance(content, str):
        return count_tokens(content)
    if not isinstance(content, list):
        return 0
    return sum(count_tokens(part["text"]) if "text" in part else _IMAGE for part in content)


def says(messages: Sequence[dict[str, Any]], word: str) -> bool:
    """Return whether *word* is in any of *messages*, in either case."""
    for message in messages:
        content = message.get("content") or ()
        parts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
        if any(word in part.lower() for part in parts):
            return True
    return False
