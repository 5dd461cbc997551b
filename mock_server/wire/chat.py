"""Chat completions: `POST /v1/chat/completions`, whole and streamed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson

from mock_server.wire import errors, fields, sse, text
from mock_server.wire.answer import Answer, Events
from mock_server.wire.models import snapshot

PATH = "/v1/chat/completions"
FINGERPRINT = "fp_overlap"
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_MARK = f'"id":"chatcmpl-{sse.ID}","object":"chat.completion.chunk","created":{sse.CREATED},'


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller of chat completions wants; *limit* is the most tokens the answer may have."""

    model: str
    stream: bool
    prompt_tokens: int
    limit: int | None
    usage: bool
    obfuscation: bool


def _length(content: Any, where: str) -> int:
    """Answer the tokens in a message's content: a string, null, or a list of parts."""
    if isinstance(content, str):
        return text.count_tokens(content)
    if content is None:
        return 0
    if not isinstance(content, list):
        raise errors.wrong_type(where, "a string or an array", content)
    for part in content:
        if not isinstance(part, dict):
            raise errors.wrong_type(where, "an array of objects", part)
    return sum(_length(part["text"], where) for part in content if isinstance(part.get("text"), str))


def _prompt_tokens(asked: dict[str, Any]) -> int:
    messages = asked.get("messages")
    if messages is None:
        raise errors.missing("messages")
    if not isinstance(messages, list):
        raise errors.wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise errors.too_short("messages")
    total = 3
    for i, message in enumerate(messages):
        if not isinstance(message, dict):
            raise errors.wrong_type(f"messages[{i}]", "an object", message)
        role = message.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise errors.bad_request(f"Invalid value: '{role}'.", f"messages[{i}].role", "invalid_value")
        total += 4 + _length(message.get("content"), f"messages[{i}].content")
    return total


def read(body: bytes) -> Asked:
    """Answer what the caller wants."""
    asked = fields.parsed(body)
    options = fields.mapping(asked, "stream_options")
    limit = fields.whole_number(asked, "max_completion_tokens")
    return Asked(
        model=fields.model(asked),
        stream=fields.flag(asked, "stream"),
        prompt_tokens=_prompt_tokens(asked),
        limit=fields.whole_number(asked, "max_tokens") if limit is None else limit,
        usage=fields.flag(options, "include_usage"),
        obfuscation=fields.flag(options, "include_obfuscation", otherwise=True),
    )


def compose(asked: Asked, length: int) -> tuple[Sequence[str], str]:
    """Answer the tokens and the finish reason: `length` where the caller's limit cut the answer."""
    if asked.limit is not None and asked.limit < length:
        return text.words(asked.limit), "length"
    return text.words(length), "stop"


def _usage(prompt: int, completion: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@lru_cache(maxsize=256)
def _choices(model: str, tokens: tuple[str, ...], finish_reason: str) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(tokens), "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    rest = {"model": snapshot(model), "choices": [choice]}
    return orjson.dumps(rest)[1:-1]


@lru_cache(maxsize=4096)
def _end(prompt: int, completion: int) -> bytes:
    rest = {
        "usage": _usage(prompt, completion),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }
    return orjson.dumps(rest)[1:]


def whole(asked: Asked, answer: Answer) -> bytes:
    """Answer the body of an answer in one piece."""
    tokens = tuple(answer.tokens)
    start = f'{{"id":"chatcmpl-{answer.id}","object":"chat.completion","created":{answer.created},'
    choices = _choices(asked.model, tokens, answer.finish_reason)
    return b"%b%b,%b" % (start.encode(), choices, _end(answer.prompt_tokens, len(tokens)))


def _chunk(form: Asked, choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> bytes:
    chunk: dict[str, Any] = {
        "id": f"chatcmpl-{sse.ID}",
        "object": "chat.completion.chunk",
        "created": sse.CREATED,
        "model": snapshot(form.model),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
        "choices": choices,
    }
    if form.usage:
        chunk["usage"] = usage
    return sse.data(sse.padded(chunk) if form.obfuscation else orjson.dumps(chunk))


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]


@lru_cache(maxsize=256)
def _stream(form: Asked, tokens: tuple[str, ...], finish_reason: str) -> sse.Stream:
    head = _chunk(form, _choice({"role": "assistant", "content": "", "refusal": None}))
    spoken = [_chunk(form, _choice({"content": token})) for token in tokens]
    return sse.Stream(_MARK, [head], spoken, [_chunk(form, _choice({}, finish_reason))])


@lru_cache(maxsize=1024)
def _usage_chunk(form: Asked, prompt: int, completion: int) -> bytes:
    return _chunk(form, [], _usage(prompt, completion))


def events(asked: Asked, answer: Answer) -> Events:
    """Answer the same as server-sent events: the role first, then a chunk a token, the reason, the usage."""
    tokens = tuple(answer.tokens)
    form = replace(asked, prompt_tokens=0, limit=None)
    more = _usage_chunk(form, answer.prompt_tokens, len(tokens)) if asked.usage else b""
    return _stream(form, tokens, answer.finish_reason).stamped(answer.id, answer.created, more)
