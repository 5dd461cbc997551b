"""The official SDK, blocking: chat completions."""

import json
from typing import Any

import openai
from openai.types.chat import ChatCompletionToolParam
from pydantic import BaseModel

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true

_TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city", "days"],
        },
    },
}
_MODEL = "gpt-4o-mini"


class _Step(BaseModel):
    explanation: str
    output: str


class _Answer(BaseModel):
    steps: list[_Step]
    final: float


def whole(url: str) -> None:
    """An answer in one piece has the dated model, a text, a reason, and a usage that adds up."""
    with sdk.client(url) as client:
        response = client.chat.completions.create(model=_MODEL, messages=[{"role": "user", "content": "Hi."}])
    same("object", response.object, "chat.completion")
    same("model", response.model, "gpt-4o-mini-2024-07-18")
    true("the id starts with chatcmpl-", response.id.startswith("chatcmpl-"))
    same("role", response.choices[0].message.role, "assistant")
    true("there is content", response.choices[0].message.content)
    same("finish_reason", response.choices[0].finish_reason, "stop")
    same("service_tier", response.service_tier, "default")
    true("there is usage", response.usage is not None)
    if response.usage is not None:
        same(
            "total_tokens",
            response.usage.total_tokens,
            response.usage.prompt_tokens + response.usage.completion_tokens,
        )
        true("usage has details", response.usage.completion_tokens_details is not None)


def streamed(url: str) -> None:
    """A stream says the same text in chunks that share id and time, and ends with reason and usage."""
    asked: dict[str, Any] = {"model": _MODEL, "messages": [{"role": "user", "content": "Hi."}]}
    with sdk.client(url) as client:
        received = client.chat.completions.create(**asked).choices[0].message.content
        stream = client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
    same("number of ids", len({(chunk.id, chunk.created) for chunk in chunks}), 1)
    same("first role", chunks[0].choices[0].delta.role, "assistant")
    response = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    same("text", response, received)
    same("finish_reason", chunks[-2].choices[0].finish_reason, "stop")
    same("choices of the last chunk", chunks[-1].choices, [])
    true("the last chunk has usage", chunks[-1].usage is not None)
    same("usage before", [chunk.usage for chunk in chunks[:-1]], [None] * (len(chunks) - 1))


def choices(url: str) -> None:
    """Several choices are numbered, in one piece and streamed, and cut at the limit."""
    asked: dict[str, Any] = {
        "model": _MODEL,
        "messages": [{"role": "user", "content": "Hi."}],
        "n": 3,
        "max_tokens": 2,
    }
    with sdk.client(url) as client:
        response = client.chat.completions.create(**asked)
        chunks = list(client.chat.completions.create(**asked, stream=True))
    same("indexes", [choice.index for choice in response.choices], [0, 1, 2])
    same("reasons", {choice.finish_reason for choice in response.choices}, {"length"})
    same("completion_tokens", response.usage and response.usage.completion_tokens, 6)
    same("streamed indexes", {chunk.choices[0].index for chunk in chunks}, {0, 1, 2})


def log_probabilities(url: str) -> None:
    """Log probabilities come for every token, with the likeliest others."""
    with sdk.client(url) as client:
        response = client.chat.completions.create(
            model=_MODEL,
            messages=[{"role": "user", "content": "Hi."}],
            logprobs=True,
            top_logprobs=2,
            max_tokens=3,
        )
    actual = response.choices[0].logprobs
    entries = (actual.content if actual else None) or []
    same("text of the tokens", "".join(entry.token for entry in entries), response.choices[0].message.content)
    same("others", [len(entry.top_logprobs) for entry in entries], [2, 2, 2])


def tools(url: str) -> None:
    """A loop of tool calls ends: a call with valid arguments first, words once the tool has answered."""
    talk: list[Any] = [{"role": "user", "content": "Weather?"}]
    with sdk.client(url) as client:
        response = client.chat.completions.create(model=_MODEL, messages=talk, tools=[_TOOL])
        same("finish_reason", response.choices[0].finish_reason, "tool_calls")
        message = response.choices[0].message
        talk.append(message)
        for call in message.tool_calls or []:
            same("type", call.type, "function")
            if call.type == "function":
                arguments = json.loads(call.function.arguments)
                same("arguments", arguments.keys(), {"city", "days"})
                true("days is at least 1", arguments["days"] >= 1)
            talk.append({"role": "tool", "tool_call_id": call.id, "content": "sunny"})
        same("messages", len(talk), 3)
        last = client.chat.completions.create(model=_MODEL, messages=talk, tools=[_TOOL])
    same("finish_reason", last.choices[0].finish_reason, "stop")
    true("there is content", last.choices[0].message.content)


def streamed_tools(url: str) -> None:
    """The SDK's own accumulator puts a streamed call together."""
    with (
        sdk.client(url) as client,
        client.chat.completions.stream(
            model=_MODEL, messages=[{"role": "user", "content": "Weather?"}], tools=[_TOOL]
        ) as stream,
    ):
        response = stream.get_final_completion()
    calls = response.choices[0].message.tool_calls or []
    same("names", [call.function.name for call in calls], ["get_weather"])
    same("arguments", json.loads(calls[0].function.arguments).keys(), {"city", "days"})


def structured(url: str) -> None:
    """`parse` gets an instance of the model it asks for."""
    with sdk.client(url) as client:
        response = client.chat.completions.parse(
            model=_MODEL, messages=[{"role": "user", "content": "Solve."}], response_format=_Answer
        )
    true("parsed is an answer", isinstance(response.choices[0].message.parsed, _Answer))


def headers(url: str) -> None:
    """Headers tell request, processing time, version and limits."""
    with sdk.client(url) as client:
        raw = client.chat.completions.with_raw_response.create(
            model=_MODEL, messages=[{"role": "user", "content": "Hi."}]
        )
    names = "x-request-id openai-processing-ms openai-version x-ratelimit-limit-requests x-ratelimit-reset-tokens"
    missing = [name for name in names.split() if name not in raw.headers]
    same("missing headers", missing, [])
    same("request id", raw.parse()._request_id, raw.headers["x-request-id"])  # noqa: SLF001 - its documented name


def bad_requests(url: str) -> None:
    """A bad request is a `BadRequestError` that names parameter and code."""
    with sdk.client(url) as client:
        try:
            client.chat.completions.create(model=_MODEL, messages=[])
        except openai.BadRequestError as error:
            same("param", error.param, "messages")
            same("code", error.code, "empty_array")
            return
    true("it was refused", actual=False)


def unknown_paths(url: str) -> None:
    """What is not there is a `NotFoundError`."""
    with sdk.client(url) as client:
        try:
            client.get("/nothing/here", cast_to=object)
        except openai.NotFoundError:
            return
    true("it was not found", actual=False)
