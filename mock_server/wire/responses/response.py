"""The response object: some forty keys, most of them the caller's own words."""

from collections.abc import Sequence
from typing import Any

from overlap.mock_server.wire.chat import fields, stream
from overlap.mock_server.wire.common import logprobs, models, usage
from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.common.tools import ToolCall


def echoed(request: dict[str, Any], model: str) -> dict[str, Any]:
    """Return the fields of a response that the request decides; null where nothing was said or is usual."""
    get = request.get
    thinks = models.reasoning(model)
    reasoning, text, conversation = get("reasoning") or {}, get("text") or {}, get("conversation")
    return {
        "conversation": {"id": conversation} if isinstance(conversation, str) else conversation,
        "frequency_penalty": get("frequency_penalty") or 0.0,
        "instructions": get("instructions"),
        "max_output_tokens": get("max_output_tokens"),
        "max_tool_calls": get("max_tool_calls"),
        "model": models.snapshot(model),
        "parallel_tool_calls": get("parallel_tool_calls") is not False,
        "presence_penalty": get("presence_penalty") or 0.0,
        "previous_response_id": get("previous_response_id"),
        "prompt_cache_key": get("prompt_cache_key"),
        "prompt_cache_retention": get("prompt_cache_retention"),
        "reasoning": {
            "effort": reasoning.get("effort") or ("medium" if thinks else None),
            "summary": reasoning.get("summary"),
        },
        "safety_identifier": get("safety_identifier"),
        "service_tier": fields.tier(request),
        "store": get("store") is not False,
        "temperature": 1.0 if get("temperature") is None else float(request["temperature"]),
        "text": {"format": text.get("format") or {"type": "text"}, "verbosity": text.get("verbosity") or "medium"},
        "tool_choice": get("tool_choice") or "auto",
        "tools": [_tool(tool) for tool in get("tools") or ()],
        "top_logprobs": get("top_logprobs") or 0,
        "top_p": 1.0 if get("top_p") is None else float(request["top_p"]),
        "truncation": get("truncation") or "disabled",
        "user": get("user"),
        "metadata": get("metadata") or {},
    }


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        return tool
    return {
        "type": "function",
        "description": tool.get("description") or None,
        "name": tool["name"],
        "parameters": tool.get("parameters"),
        "strict": tool.get("strict", True),
    }


def identity(kind: str, answer: Answer, index: int) -> str:
    """Return an id of 48 characters behind its *kind*; no two of one response share it."""
    return f"{kind}_{index:05d}{answer.id}{answer.id[:14]}"


def build(echo: dict[str, Any], answer: Answer, status: str, output: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole object with its keys in OpenAI's order."""
    done = status != "in_progress"
    token_usage = usage.response(answer.prompt_tokens, len(answer.tokens)) if done else None
    here: dict[str, Any] = {
        "id": identity("resp", answer, 0),
        "object": "response",
        "created_at": answer.created,
        "status": status,
        "background": False,
        "completed_at": answer.created if status == "completed" else None,
    }
    if echo["conversation"] is not None:
        here["conversation"] = echo["conversation"]
    here["error"] = None
    here["frequency_penalty"] = echo["frequency_penalty"]
    here["incomplete_details"] = {"reason": "max_output_tokens"} if status == "incomplete" else None
    for name in _BEFORE_OUTPUT:
        here[name] = echo[name]
    here["output"] = list(output)
    for name in _AFTER_OUTPUT:
        here[name] = echo[name]
    if not done:
        here["service_tier"] = "auto"
    return here | {"usage": token_usage, "user": echo["user"], "metadata": echo["metadata"]}


_BEFORE_OUTPUT = ("instructions", "max_output_tokens", "max_tool_calls", "model")
_AFTER_OUTPUT = (
    *(
        "parallel_tool_calls",
        "presence_penalty",
        "previous_response_id",
        "prompt_cache_key",
        "prompt_cache_retention",
    ),
    *("reasoning", "safety_identifier", "service_tier", "store", "temperature", "text", "tool_choice", "tools"),
    *("top_logprobs", "top_p", "truncation"),
)


def status(answer: Answer) -> str:
    """Return how the response ended."""
    return "incomplete" if answer.finish_reason == "length" else "completed"


def part(text: str, chances: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a message's content part."""
    return {"type": "output_text", "annotations": [], "logprobs": chances, "text": text}


def message(key: str, state: str, content: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return an output item that is a message."""
    return {"id": key, "type": "message", "status": state, "content": list(content), "role": "assistant"}


def function_call(answer: Answer, index: int, call: ToolCall, arguments: str, state: str) -> dict[str, Any]:
    """Return an output item that calls a function; *index* is its place among the calls."""
    return {
        "id": identity("fc", answer, index),
        "type": "function_call",
        "status": state,
        "arguments": arguments,
        "call_id": stream.call_id(answer.id, 0, index),
        "name": call.name,
    }


def thoughts(answer: Answer) -> dict[str, Any]:
    """Return the item that models which think first put before all others; what they thought is not told."""
    return {"id": identity("rs", answer, 0), "type": "reasoning", "summary": []}


def output(echo: dict[str, Any], answer: Answer, calls: Sequence[ToolCall], top: int) -> list[dict[str, Any]]:
    """Return the items of a finished response."""
    items = [thoughts(answer)] if models.reasoning(echo["model"]) else []
    state = status(answer)
    spoken = stream.spoken_calls(calls, answer.tokens)
    if spoken:
        for i, (call, arguments) in enumerate(spoken):
            here = state if i == len(spoken) - 1 else "completed"
            items.append(function_call(answer, i, call, "".join(arguments), here))
        return items
    chances = logprobs.listed(answer.tokens, top) if top >= 0 else []
    content = part("".join(answer.tokens), chances)
    return [*items, message(identity("msg", answer, 0), state, [content])]


def finished(echo: dict[str, Any], answer: Answer, calls: Sequence[ToolCall], top: int) -> dict[str, Any]:
    """Return the response as it is in the end."""
    return build(echo, answer, status(answer), output(echo, answer, calls, top))
