"""The official SDK: responses."""

import json
from typing import Any

from openai.types.responses import FunctionToolParam
from pydantic import BaseModel

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true

_MODEL = "gpt-4.1"
_TOOL: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class _City(BaseModel):
    name: str
    people: int


def whole(url: str) -> None:
    """A response in one piece is completed and has text and usage."""
    with sdk.client(url) as client:
        reply = client.responses.create(model=_MODEL, input="Hi.")
    same("status", reply.status, "completed")
    same("model", reply.model, "gpt-4.1-2025-04-14")
    true("there is text", reply.output_text)
    usage = reply.usage
    same("total", usage and usage.total_tokens, usage and usage.input_tokens + usage.output_tokens)


def streamed(url: str) -> None:
    """Events are numbered without a gap, and the last has the whole response."""
    with sdk.client(url) as client:
        events = list(client.responses.create(model=_MODEL, input="Hi.", stream=True))
    same("numbers", [event.sequence_number for event in events], list(range(len(events))))
    kinds = [event.type for event in events]
    same("first", kinds[:2], ["response.created", "response.in_progress"])
    same("last", kinds[-1], "response.completed")
    reply = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    last = events[-1]
    same("text", last.type == "response.completed" and last.response.output_text, reply)


def accumulated(url: str) -> None:
    """The SDK's own accumulator puts text and parsed model together."""
    with (
        sdk.client(url) as client,
        client.responses.stream(model=_MODEL, input="Hi.", text_format=_City) as stream,
    ):
        reply = stream.get_final_response()
    true("parsed is a city", isinstance(reply.output_parsed, _City))


def calls(url: str) -> None:
    """A function is called with valid arguments, and no more once it has answered."""
    talk: list[Any] = [{"role": "user", "content": "Weather?"}]
    with sdk.client(url) as client:
        reply = client.responses.create(model=_MODEL, input=talk, tools=[_TOOL])
        call = reply.output[0]
        same("type", call.type, "function_call")
        if call.type == "function_call":
            same("arguments", json.loads(call.arguments).keys(), {"city"})
            talk += [call, {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}]
        last = client.responses.create(model=_MODEL, input=talk, tools=[_TOOL])
    true("there is text", last.output_text)


def incomplete(url: str) -> None:
    """A limit that is reached leaves the response incomplete, with the reason."""
    with sdk.client(url) as client:
        reply = client.responses.create(
            model=_MODEL,
            input="Hi.",
            max_output_tokens=16,
            text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "string", "minLength": 500}}},
        )
    same("status", reply.status, "incomplete")
    same("reason", reply.incomplete_details and reply.incomplete_details.reason, "max_output_tokens")
