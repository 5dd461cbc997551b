"""Raw bytes, without any client library: order of keys, lengths of chunks, headers, how a stream ends."""

import json
import re
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from overlap.mock_server.conformance.expect import same, true

_ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi."}]}
_DURATION = re.compile(r"(\d+h)?(\d+m)?(\d+(\.\d+)?s|\d+ms)")


class _Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def _post(url: str, path: str, body: Any) -> _Reply:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        connection.request("POST", parts.path + path, sent, {"content-type": "application/json"})
        reply = connection.getresponse()
        return _Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def _data(reply: _Reply) -> list[str]:
    return [line[6:] for line in reply.body.decode().split("\n") if line.startswith("data: ")]


def keys_of_a_whole_answer(url: str) -> None:
    """The keys of an answer stand in OpenAI's order, two spaces deep, and the body ends its line."""
    reply = _post(url, "/chat/completions", _ASK)
    body = json.loads(reply.body)
    order = ["id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"]
    same("keys", list(body), order)
    same("keys of the choice", list(body["choices"][0]), ["index", "message", "logprobs", "finish_reason"])
    message = body["choices"][0]["message"]
    same("keys of the message", list(message), ["role", "content", "refusal", "annotations"])
    same("body", reply.body.decode(), json.dumps(body, indent=2, ensure_ascii=False) + "\n")
    same("length of the id", len(body["id"]), len("chatcmpl-") + 29)


def keys_of_a_chunk(url: str) -> None:
    """The keys of a chunk stand in OpenAI's order, without a space between."""
    ask = {**_ASK, "stream": True, "stream_options": {"include_usage": True}}
    *chunks, done = _data(_post(url, "/chat/completions", ask))
    order = [
        "id",
        "object",
        "created",
        "model",
        "service_tier",
        "system_fingerprint",
        "choices",
        "usage",
        "obfuscation",
    ]
    same("last", done, "[DONE]")
    same("keys", {tuple(json.loads(chunk)) for chunk in chunks}, {tuple(order)})
    compact = [json.dumps(json.loads(chunk), separators=(",", ":"), ensure_ascii=False) for chunk in chunks]
    same("chunks", chunks, compact)


def lengths_of_chunks(url: str) -> None:
    """Every chunk is 1 (mod 16) characters long, and unpadded if the request says so."""
    for more in ({}, {"stream_options": {"include_usage": True}}, {"n": 2}, {"model": "gpt-5-nano"}):
        chunks = _data(_post(url, "/chat/completions", {**_ASK, "stream": True, **more}))[:-1]
        same("lengths modulo 16", {len(chunk) % 16 for chunk in chunks}, {1})
    ask = {**_ASK, "stream": True, "stream_options": {"include_obfuscation": False}}
    true(
        "none is padded", not any("obfuscation" in chunk for chunk in _data(_post(url, "/chat/completions", ask)))
    )


def headers_of_an_answer(url: str) -> None:
    """A success has the recorded headers, in the recorded forms."""
    headers = _post(url, "/chat/completions", _ASK).headers
    same("content-type", headers["content-type"], "application/json")
    same("openai-version", headers["openai-version"], "2020-10-01")
    true("x-request-id is req_ and 32 digits", re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"]))
    true("openai-processing-ms is a number", headers["openai-processing-ms"].isdigit())
    for kind in ("requests", "tokens"):
        limit, left = (int(headers[f"x-ratelimit-{what}-{kind}"]) for what in ("limit", "remaining"))
        true(f"{kind} left are fewer than the limit", 0 <= left <= limit)
        true(f"{kind} reset as Go spells it", _DURATION.fullmatch(headers[f"x-ratelimit-reset-{kind}"]))
    names = (
        "access-control-expose-headers alt-svc cf-cache-status cf-ray date openai-organization openai-project "
        "server strict-transport-security x-content-type-options"
    )
    same("missing", [name for name in names.split() if name not in headers], [])


def headers_of_old_endpoints(url: str) -> None:
    """The older endpoints name their model in a header, and their streams have no charset."""
    for path, ask in (("/completions", {"prompt": "a", "stream": True}), ("/embeddings", {"input": "a"})):
        headers = _post(url, path, {"model": "mock-model", **ask}).headers
        same(f"openai-model of {path}", headers.get("openai-model"), "mock-model")
        kind = "text/event-stream" if "stream" in ask else "application/json"
        same(f"content-type of {path}", headers["content-type"], kind)
    headers = _post(url, "/chat/completions", _ASK).headers
    true("chat names no model in a header", "openai-model" not in headers)


def headers_of_a_refusal(url: str) -> None:
    """A bad request has the headers of a success; what is not there has the request's id alone."""
    bad = _post(url, "/chat/completions", {"model": "gpt-4o"})
    same("openai-version", bad.headers.get("openai-version"), "2020-10-01")
    nothing = _post(url, "/nothing/here", {})
    same("status", nothing.status, 404)
    true("x-request-id is there", nothing.headers.get("x-request-id", "").startswith("req_"))
    same("others", [name for name in nothing.headers if name.startswith(("openai-", "x-ratelimit-"))], [])


def headers_of_a_stream(url: str) -> None:
    """A stream is named as one, in chunks."""
    headers = _post(url, "/chat/completions", {**_ASK, "stream": True}).headers
    same("content-type", headers["content-type"], "text/event-stream; charset=utf-8")
    same("transfer-encoding", headers.get("transfer-encoding"), "chunked")


def end_of_a_response(url: str) -> None:
    """Responses name their events, pad their deltas, and end without `[DONE]`."""
    reply = _post(url, "/responses", {"model": "gpt-4.1", "input": "Hi.", "stream": True})
    blocks = reply.body.decode().split("\n\n")
    same("after the last event", blocks.pop(), "")
    for block in blocks:
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        same("event", name, f"event: {event['type']}")
        if event["type"] == "response.output_text.delta":
            same("delta and padding modulo 16", len(event["delta"] + event["obfuscation"]) % 16, 0)
    true("the last is response.completed", blocks[-1].startswith("event: response.completed\n"))


def refusals(url: str) -> None:
    """What is no request gets 400 in OpenAI's form, and the next request is served."""
    for path in ("/chat/completions", "/completions", "/embeddings", "/responses"):
        for body in (b"", b"{", b"[]", b"null", b'{"model": "\xff"}', b"[" * 5_000, {"model": 7}, {"zzz": 1}):
            reply = _post(url, path, body)
            same(f"status of {path} for {body!r:.20}", reply.status, 400)
            error = json.loads(reply.body)["error"]
            same("keys", list(error), ["message", "type", "param", "code"])
    same("status", _post(url, "/chat/completions", _ASK).status, 200)


def known_fields(url: str) -> None:
    """Every parameter the SDK knows is known here: none is refused as unknown."""
    from openai.types import completion_create_params, embedding_create_params
    from openai.types.chat import completion_create_params as chat
    from openai.types.responses import response_create_params

    for path, least, params in (
        ("/chat/completions", _ASK, chat.CompletionCreateParamsBase),
        ("/completions", {"model": "m", "prompt": "a"}, completion_create_params.CompletionCreateParamsBase),
        ("/embeddings", {"model": "m", "input": "a"}, embedding_create_params.EmbeddingCreateParams),
        ("/responses", {"model": "m", "input": "a"}, response_create_params.ResponseCreateParamsBase),
    ):
        asked = {**dict.fromkeys(params.__annotations__), **least}
        same(f"status of {path}", _post(url, path, asked).status, 200)
