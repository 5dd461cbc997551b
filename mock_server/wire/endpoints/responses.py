"""Responses: `POST /v1/responses`, whole and as the sequence of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from overlap.mock_server.wire.common import errors, fields, response_format, rules, text, tokenise, tools
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.responses import (
    fields as response_fields,
)
from overlap.mock_server.wire.responses import (
    input_items,
    response,
)
from overlap.mock_server.wire.responses import (
    stream as response_stream,
)

PATH = "/v1/responses"
_CHOICES = ("none", "auto", "required")


@dataclass(frozen=True, slots=True)
class ResponsesRequest:
    """
    What a caller of responses wants.

    *echoed* are the fields that a response repeats, *limit* the most tokens it may have, *text* what it must say
    where words will not do, *calls* the functions it calls instead, *logprobs* how many each place has, or -1.
    """

    model: str
    stream: bool
    prompt_tokens: int
    echoed: dict[str, Any]
    limit: int | None
    text: str | None
    calls: tuple[tools.ToolCall, ...]
    obfuscation: bool
    logprobs: int
    answers: int = 1

    @property
    def per_token(self) -> int:
        """How many tokens' work one token is: each has its likeliest others."""
        return 1 + 2 * max(self.logprobs, 0)


def _offered(request: dict[str, Any]) -> list[tools.Tool]:
    """Return the functions in `tools`; a tool that OpenAI runs itself is never used here."""
    tools_offered = []
    for i, tool in enumerate(request.get("tools") or ()):
        kind = rules.required(tool, "type", f"tools[{i}].")
        rules.string(f"tools[{i}].type", kind)
        if kind == "function":
            tools_offered.append(tools.function(f"tools[{i}]", tool))
    return tools_offered


def _choice(value: Any, offered: list[tools.Tool]) -> tuple[str, list[tools.Tool]]:
    """Return the mode and the functions that `tool_choice` leaves."""
    if value is None:
        return "auto", offered
    if isinstance(value, dict):
        kind = rules.required(value, "type", "tool_choice.")
        if kind == "function":
            name = rules.required(value, "name", "tool_choice.")
            left = [tool for tool in offered if tool.name == name]
            if not left:
                raise errors.bad_request(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")
            return "named", left
        if kind == "allowed_tools":
            rules.objects("tool_choice.tools", value.get("tools", []))
            names = [tool.get("name") for tool in value.get("tools", [])]
            return value.get("mode", "auto"), [tool for tool in offered if tool.name in names]
        return "auto", offered
    if not isinstance(value, str):
        raise errors.wrong_type("tool_choice", "one of an object or 'none', 'auto', or 'required'", value)
    if value not in _CHOICES:
        raise errors.wrong_value("tool_choice", value, _CHOICES)
    return value, offered


def _text(request: dict[str, Any]) -> str | None:
    """Return the JSON text that `text.format` asks for, or None where any words do."""
    form = (request.get("text") or {}).get("format")
    if form is None:
        return None
    kind = rules.required(form, "type", "text.format.")
    rules.one_of("text", "json_object", "json_schema")("text.format.type", kind)
    if kind == "text":
        return None
    if kind == "json_object":
        if not input_items.says([request.get("input"), request.get("instructions")], b"json"):
            raise response_format.no_json_said("input", "text.format")
        return response_format.any_object()
    tools.check_name("text.format.name", rules.required(form, "name", "text.format."))
    return response_format.valid(form, "text.format.", "response_format", "text.format.schema")


def read(body: bytes) -> ResponsesRequest:
    """Return what the caller wants."""
    request = fields.parsed(body)
    get = request.get
    model = response_fields.first(request)
    rules.check(request, response_fields.RULES, first=lambda: input_items.read(get("input", "")))
    if get("input") is None and get("prompt") is None and get("previous_response_id") is None:
        raise errors.missing("input")
    items = input_items.read(request["input"] if get("input") is not None else "")
    if get("previous_response_id") is None and get("conversation") is None:
        input_items.matched(get("input"))
    response_fields.together(request, model)
    mode, left = _choice(get("tool_choice"), _offered(request))
    parallel = get("parallel_tool_calls") is not False
    shows = response_fields.LOGPROBS in (get("include") or ()) or get("top_logprobs")
    echoed = response.echoed(request, model)
    # An event holds the response, and so what is repeated in it, one level deeper than this.
    fields.as_json([[echoed]])
    return ResponsesRequest(
        model=model,
        stream=get("stream") is True,
        prompt_tokens=items.tokens + text.count_tokens(get("instructions") or ""),
        echoed=echoed,
        limit=get("max_output_tokens"),
        text=_text(request),
        calls=tools.calls(mode, left, answered=items.answered, parallel=parallel),
        obfuscation=(get("stream_options") or {}).get("include_obfuscation") is not False,
        logprobs=(get("top_logprobs") or 0) if shows else -1,
    )


def compose(request: ResponsesRequest, length: int) -> tuple[Sequence[str], str]:
    """Return the tokens, and the finish reason: `length` where the caller's limit cut them."""
    if request.calls:
        return tokenise.cut(tools.pieces(request.calls), request.limit, 1, "tool_calls")
    if request.text is not None:
        return tokenise.cut(tokenise.pieces(request.text), request.limit, 1)
    return tokenise.generate(length, request.limit, (), request.per_token)


def whole(request: ResponsesRequest, answer: Answer) -> bytes:
    """Return the body of an answer in one piece."""
    body_object = response.finished(request.echoed, answer, request.calls, request.logprobs)
    return orjson.dumps(body_object, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def events(request: ResponsesRequest, answer: Answer, group: int = 1) -> AnswerEvents:
    """Return the same as events; those that open the response leave at once, before the first token."""
    stream = response_stream.Stream(
        request.echoed, answer, request.calls, request.logprobs, obfuscation=request.obfuscation
    )
    return stream.events(group)
