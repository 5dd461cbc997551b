"""`input` of Responses: whether its items are well formed, how long they are, and whether a tool has answered."""

from typing import Any

from overlap.mock_server.wire.common import errors, fields, rules
from overlap.mock_server.wire.common.messages import Talk
from overlap.mock_server.wire.common.text import count_tokens

_IMAGE = 85
_PARTS = ("input_text", "output_text", "input_image", "input_file", "input_audio", "refusal", "summary_text")
_MESSAGE = {
    "type": rules.string,
    "role": rules.one_of("user", "assistant", "system", "developer"),
    "content": rules.anything,
    "id": rules.string,
    "status": rules.one_of("in_progress", "completed", "incomplete"),
    "phase": rules.string,
}
# What else a talk may hold: accepted as it is, since it was some server's own output once.
_OTHERS = frozenset(
    {
        *("function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "reasoning"),
        *(
            "item_reference",
            "web_search_call",
            "file_search_call",
            "code_interpreter_call",
            "image_generation_call",
        ),
        *("computer_call", "computer_call_output", "mcp_call", "mcp_list_tools", "local_shell_call", "compaction"),
        *("local_shell_call_output", "mcp_approval_request", "mcp_approval_response", "shell_call"),
        *("shell_call_output", "apply_patch_call", "apply_patch_call_output"),
    }
)


def read(value: Any) -> Talk:
    """Return what *value*, a text or a list of items, amounts to."""
    if isinstance(value, str):
        return Talk(count_tokens(value) + 7, answered=False)
    if not isinstance(value, list):
        raise errors.wrong_type("input", "one of a string or array of input items", value)
    tokens, answered = 3, False
    for i, item in enumerate(value):
        rules.mapping(f"input[{i}]", item)
        kind = item.get("type", "message")
        tokens += 4 + _length(f"input[{i}]", kind, item)
        if kind == "message":
            answered = answered and item["role"] != "user"
        elif kind in {"function_call_output", "custom_tool_call_output"}:
            answered = True
    return Talk(tokens, answered)


def matched(value: Any) -> None:
    """Refuse calls without an output and outputs without a call; what came before may be kept elsewhere."""
    items = value if isinstance(value, list) else []
    called, outputs = (
        dict.fromkeys(item["call_id"] for item in items if item.get("type") == kind)
        for kind in ("function_call", "function_call_output")
    )
    for call in called:
        if call not in outputs:
            raise errors.bad_request(f"No tool output found for function call {call}.", "input")
    for call in outputs:
        if call not in called:
            message = f"No tool call found for function call output with call_id {call}."
            raise errors.bad_request(message, "input")


def _length(where: str, kind: Any, item: dict[str, Any]) -> int:
    if kind == "message":
        rules.check(item, _MESSAGE, f"{where}.")
        rules.required(item, "role", f"{where}.")
        return _content(f"{where}.content", rules.required(item, "content", f"{where}."))
    rules.string(f"{where}.type", kind)
    if kind not in _OTHERS:
        raise errors.wrong_value(f"{where}.type", kind, ("message", *sorted(_OTHERS)))
    if kind == "function_call_output":
        rules.string(f"{where}.call_id", rules.required(item, "call_id", f"{where}."))
        return _content(f"{where}.output", rules.required(item, "output", f"{where}."))
    if kind == "function_call":
        for name in ("call_id", "name", "arguments"):
            rules.string(f"{where}.{name}", rules.required(item, name, f"{where}."))
        return count_tokens(item["arguments"])
    return 0


def _content(where: str, content: Any) -> int:
    if isinstance(content, str):
        return count_tokens(content)
    if not isinstance(content, list):
        raise errors.wrong_type(where, "one of an array of objects or string", content)
    tokens = 0
    for i, part in enumerate(content):
        rules.mapping(f"{where}[{i}]", part)
        kind = rules.required(part, "type", f"{where}[{i}].")
        rules.one_of(*_PARTS)(f"{where}[{i}].type", kind)
        part_text = part.get("text", part.get("refusal"))
        tokens += count_tokens(part_text) if isinstance(part_text, str) else _IMAGE
    return tokens


def says(value: Any, word: bytes) -> bool:
    """Return whether *word* is anywhere in *value*, in either case."""
    return word in fields.as_json(value).lower()
