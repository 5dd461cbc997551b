"""What every endpoint of the wire owes the server, tried on whatever endpoints there are."""

import json
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from overlap.mock_server.options import registry
from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.common.errors import ApiError

WIRE = "overlap.mock_server.wire.endpoints"
IDENTITY, CREATED = "C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869


def endpoints() -> list[ModuleType]:
    """Every module of the wire that reads requests."""
    modules = [registry.load(WIRE, name) for name in registry.names(WIRE)]
    return [module for module in modules if hasattr(module, "PATH") and hasattr(module, "read")]


ENDPOINTS = endpoints()
each = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda module: module.PATH)

SCHEMA = {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]}
FUNCTION = {"name": "f", "parameters": SCHEMA}
# Values that some field of some endpoint takes, so that mutations get past the first check.
PLAUSIBLE: list[Any] = [
    "mock-model",
    "gpt-5-nano",
    "hi",
    ["a", "b"],
    [1, 2],
    [[1], [2, 3]],
    [{"role": "user", "content": "json"}],
    [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
    [{"role": "tool", "content": "x", "tool_call_id": "1"}],
    [{"type": "function", "function": FUNCTION}],
    [{"type": "function", **FUNCTION}],
    [FUNCTION],
    "auto",
    "required",
    {"type": "function", "function": {"name": "f"}},
    {"type": "function", "name": "f"},
    {"type": "json_object"},
    {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
    {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}},
    {"include_usage": True},
    {"effort": "low"},
    "base64",
    ["message.output_text.logprobs"],
    "flex",
    "wai",
    *(None, True, False, 0, 1, 2, 16, 128, 129, -1, 0.5, 10**30, "", [], {}),
]
NAMES = """
model messages input prompt stream n max_tokens max_completion_tokens max_output_tokens stop temperature
top_p tools tool_choice functions function_call parallel_tool_calls response_format text logprobs
top_logprobs stream_options dimensions encoding_format include reasoning metadata echo suffix best_of
service_tier user instructions previous_response_id seed stor
"""
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
anything = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=12,
)
bodies = st.fixed_dictionaries(
    {"model": st.sampled_from(["mock-model", "gpt-5-nano", "gpt-4o"])},
    optional={
        "messages": st.just([{"role": "user", "content": "hi"}]) | anything,
        "input": st.sampled_from(["hi", ["a"]]) | anything,
        "prompt": st.sampled_from(["hi", ["a"]]) | anything,
    },
)
mutated = st.builds(
    lambda body, more: {**body, **more},
    bodies,
    st.dictionaries(st.sampled_from(NAMES.split()), st.sampled_from(PLAUSIBLE) | anything, max_size=5),
)


def check_refusal(refused: ApiError) -> None:
    """Check that a refusal is a 4xx in OpenAI's form."""
    error = orjson.loads(refused.body)["error"]
    assert 400 <= refused.status < 500
    assert list(error) == ["message", "type", "param", "code"]
    assert error["message"]


def answered(endpoint: ModuleType, body: bytes) -> bytes | None:
    """Read *body*, and where it is not refused, make both answers and read them back; return the refusal."""
    try:
        asked = endpoint.read(body)
    except ApiError as refused:
        check_refusal(refused)
        return refused.body
    tokens, reason = endpoint.compose(asked, 7)
    assert len(tokens) > 0
    answer = Answer(IDENTITY, CREATED, tokens, asked.prompt_tokens, reason)
    assert isinstance(orjson.loads(endpoint.whole(asked, answer)), dict)
    if asked.stream:
        events = endpoint.events(asked, answer)
        assert len(events.tokens) == len(tokens)
        raw = b"".join([events.early, events.head, *events.tokens, events.tail])
        assert raw.endswith(b"\n\n")
        for line in raw.split(b"\n"):
            if line.startswith(b"data: {"):
                orjson.loads(line[6:])
    return None


def all_answered(body: bytes) -> None:
    """Try *body* on every endpoint: to draw it takes longer than to answer it."""
    for endpoint in ENDPOINTS:
        note(endpoint.PATH)
        answered(endpoint, body)


@settings(max_examples=200, deadline=None)
@given(body=mutated)
def test_any_request_is_answered_or_refused(body):
    """Whatever a client sends, it gets an answer that parses or a 4xx in OpenAI's form, and nothing else."""
    all_answered(json.dumps(body).encode())


def deep(depth: int) -> list[str]:
    """JSON texts nested *depth* levels."""
    return [
        "[" * depth + "]" * depth,
        '{"a":' * depth + "1" + "}" * depth,
        '{"type":"object","properties":{"a":' * (depth // 2) + "{}" + "}}" * (depth // 2),
    ]


FINE = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "json"}]},
    "/v1/responses": {"input": "json"},
    "/v1/embeddings": {"input": "hi"},
}


# Where in a field something may be nested; of a field that an endpoint does not know, only the first is tried.
PLACES: list[Any] = [
    "DEEP",
    {"format": "DEEP"},
    {"format": {"type": "json_schema", "name": "n", "schema": "DEEP"}},
    {"type": "json_schema", "json_schema": {"name": "n", "schema": "DEEP"}},
    [{"role": "user", "content": [{"type": "text", "text": "hi", "x": "DEEP"}]}],
    [{"type": "function", "name": "f", "parameters": "DEEP"}],
    [{"type": "function", "function": {"name": "f", "parameters": "DEEP"}}],
    [{"type": "web_search", "x": "DEEP"}],
]


def around(endpoint: ModuleType, name: str, put: Any) -> dict[str, Any]:
    """Put something into one field of a request that is fine otherwise."""
    body = {"model": "mock-model", "text": {"format": {"type": "json_object"}}, name: put}
    if endpoint.PATH != "/v1/responses":
        body.pop("text")
    body = {**FINE.get(endpoint.PATH, {}), **body, "stream": name != "stream", name: put}
    if endpoint.PATH == "/v1/embeddings":
        body.pop("stream")
    return body


def knows(endpoint: ModuleType, name: str) -> bool:
    """Tell whether the endpoint has a field of that name."""
    try:
        endpoint.read(json.dumps(around(endpoint, name, 1)).encode())
    except ApiError as refused:
        error = orjson.loads(refused.body)["error"]
        return (error["code"], error["param"]) != ("unknown_parameter", name)
    return True


# From 250 levels on answers turn into refusals, by how much lies around the field: a writer takes 254.
INNER = list(zip(*map(deep, (200, 900, *range(245, 256), 300)), strict=True))


@each
def test_what_is_nested_deeply_is_answered_or_refused(endpoint):
    """A parser takes deeper nesting than a writer does, or Python's own stack."""
    for name in NAMES.split():
        for put in PLACES if knows(endpoint, name) else PLACES[:1]:
            body = json.dumps(around(endpoint, name, put))
            for flat, deepest, *between in INNER:
                ends = {answered(endpoint, body.replace('"DEEP"', inner).encode()) for inner in (flat, deepest)}
                # One refusal at both ends is of what lies around: no depth between them is reached.
                for inner in between if len(ends) > 1 or None in ends else ():
                    answered(endpoint, body.replace('"DEEP"', inner).encode())


@settings(deadline=None)
@given(body=anything)
def test_any_json_is_answered_or_refused(body):
    """JSON that is no request at all is refused."""
    all_answered(json.dumps(body).encode())


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=64))
def test_any_bytes_are_refused(body):
    """Bytes that are no JSON, and JSON that is no UTF-8, are refused."""
    all_answered(body)


@each
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"model": "\xff"}', id="no UTF-8"),
        pytest.param(b'{"model": "\\ud800"}', id="half a character"),
        pytest.param(b'{"model": "mock-model", "n": 1e999}', id="a number beyond all floats"),
        pytest.param(b'{"model": "mock-model", "n": ' + b"9" * 5000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b"null", id="null"),
    ],
)
def test_hostile_bodies_are_refused(endpoint, body):
    """Bodies made to hurt a parser get the same 400 as a typing error."""
    with pytest.raises(ApiError) as refused:
        endpoint.read(body)
    assert refused.value.status == 400
