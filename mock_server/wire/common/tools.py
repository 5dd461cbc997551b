"""Tools a caller offers: are they well formed, and which of them the answer calls, with which arguments."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from overlap.mock_server.wire.common import errors, fields, rules, strict, tokenise
from overlap.mock_server.wire.common.tokenise import LONGEST_PIECE, MOST
from overlap.mock_server.wire.schema import instance
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_CHOICES = ("none", "auto", "required")
_MOST = 128


class Tool(NamedTuple):
    """A function on offer; *parameters* is its JSON schema, as JSON."""

    name: str
    parameters: bytes


class ToolCall(NamedTuple):
    """A function called; *arguments* is a JSON text that is valid under its schema."""

    name: str
    arguments: str


def check_name(where: str, name: Any) -> None:
    """Refuse a name of something that is no word of letters, digits, `_` and `-`, or is over 64 long."""
    rules.string(where, name)
    if not name:
        raise errors.empty(where, "string")
    if len(name) > 64:
        raise errors.too_long(where, len(name), 64)
    if _NAME.fullmatch(name) is None:
        message = (
            f"Invalid '{where}': string does not match pattern. Expected a string that matches the pattern "
            "'^[a-zA-Z0-9_-]+$'."
        )
        raise errors.bad_request(message, where, "invalid_value")


def function(where: str, spec: dict[str, Any]) -> Tool:
    """Return the function that *spec* describes: `name`, `parameters`, `strict`."""
    name = rules.required(spec, "name", f"{where}.")
    check_name(f"{where}.name", name)
    parameters = spec.get("parameters")
    if parameters is None:
        return Tool(name, b"")
    rules.mapping(f"{where}.parameters", parameters)
    kind = parameters.get("type", "object")
    if kind != "object":
        raise bad_schema(name, where, strict.not_an_object(kind))
    if spec.get("strict") is True:
        fault = strict.fault(parameters)
        if fault is not None:
            raise bad_schema(name, where, fault)
    return Tool(name, fields.as_json(parameters))


def bad_schema(name: str, where: str, fault: str) -> errors.ApiError:
    """400: the parameters of function *name* are no schema that can be kept to."""
    message = f"Invalid schema for function '{name}': {fault}"
    return errors.bad_request(message, f"{where}.parameters", "invalid_function_parameters")


def offered(tools: Any) -> list[Tool]:
    """Return the functions in chat's `tools`: `[{"type": "function", "function": {…}}]`."""
    rules.objects("tools", tools)
    if not tools:
        raise errors.empty("tools")
    if len(tools) > _MOST:
        raise errors.too_long("tools", len(tools), _MOST, "array")
    tools_offered = []
    for i, tool in enumerate(tools):
        kind = rules.required(tool, "type", f"tools[{i}].")
        rules.one_of("function")(f"tools[{i}].type", kind)
        spec = rules.required(tool, "function", f"tools[{i}].")
        rules.mapping(f"tools[{i}].function", spec)
        tools_offered.append(function(f"tools[{i}].function", spec))
    return tools_offered


def _named(choice: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the mode and the only names allowed, of chat's `tool_choice` as an object."""
    if choice.get("type") == "allowed_tools":
        allowed = rules.required(choice, "allowed_tools", "tool_choice.")
        rules.mapping("tool_choice.allowed_tools", allowed)
        mode = rules.required(allowed, "mode", "tool_choice.allowed_tools.")
        rules.one_of("auto", "required")("tool_choice.allowed_tools.mode", mode)
        rules.objects("tool_choice.allowed_tools.tools", allowed.get("tools", []))
        names = [tool.get("function", {}) for tool in allowed.get("tools", [])]
        return mode, [
            name["name"] for name in names if isinstance(name, dict) and isinstance(name.get("name"), str)
        ]
    spec = rules.required(choice, "function", "tool_choice.")
    rules.mapping("tool_choice.function", spec)
    name = rules.required(spec, "name", "tool_choice.function.")
    rules.string("tool_choice.function.name", name)
    return "named", [name]


def choice(value: Any, tools: list[Tool]) -> tuple[str, list[Tool]]:
    """Return the mode (`none`, `auto`, `required`, `named`) and the functions chat's `tool_choice` leaves."""
    if value is None:
        return "auto", tools
    if isinstance(value, dict):
        mode, names = _named(value)
        left = [tool for tool in tools if tool.name in names]
        if mode == "named" and not left:
            message = (
                f"Invalid value for 'function_call': no function named '{names[0]}' was specified in the "
                "'functions' parameter."
            )
            raise errors.bad_request(message, "function_call")
        return mode, left
    if not isinstance(value, str):
        wanted = "one of one of 'none', 'auto', or 'required' or object"
        raise errors.wrong_type("tool_choice", wanted, value)
    if value not in _CHOICES:
        raise errors.wrong_value("tool_choice", value, _CHOICES)
    if not tools and value != "none":
        message = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
        raise errors.bad_request(message, "tool_choice")
    return value, tools


def calls(mode: str, tools: list[Tool], *, answered: bool, parallel: bool) -> tuple[ToolCall, ...]:
    """
    Return the calls of an answer: each function once, or the first alone where calls are not to be *parallel*.

    Left the choice (`auto`), the answer calls until a tool has *answered* and then says something, so that an
    agent's loop ends. No answer is longer than `tokenise.MOST` tokens: arguments behind that are not made.
    """
    if mode == "none" or (mode == "auto" and answered):
        return ()
    cut_calls, room = [], LONGEST_PIECE * MOST
    for i, tool in enumerate(tools if parallel else tools[:1]):
        each = call(tool, f"tools[{i}].function")
        cut_calls.append(
            each._replace(arguments=each.arguments[: room + 1]) if len(each.arguments) > room else each
        )
        room -= len(each.arguments)
        if room < 0:
            break
    return tuple(cut_calls)


def pieces(calls: Sequence[ToolCall]) -> list[str]:
    """Return the tokens of *calls*: names and pieces of arguments, as many as an answer can have."""
    flat: list[str] = []
    for each in calls:
        flat += each.name, *tokenise.pieces(each.arguments)
        if len(flat) > MOST:
            break
    return flat


def call(tool: Tool, where: str) -> ToolCall:
    """Return a call of *tool* with valid arguments, or refuse a schema for which this server knows none."""
    if not tool.parameters:
        return ToolCall(tool.name, "{}")
    try:
        return ToolCall(tool.name, instance.text(tool.parameters))
    except Unmakeable as fault:
        raise bad_schema(tool.name, where, f"{fault}.") from None
