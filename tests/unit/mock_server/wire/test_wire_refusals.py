"""
What bad requests get, word for word: the rows of refusals.jsonl.

Their messages, parameters and codes were measured against the live API by others in August 2026, or recorded in
August 2025; rows with two faults say which of them is told.
"""

import json
from pathlib import Path

import orjson
import pytest

from overlap.mock_server.wire.common.errors import ApiError
from overlap.mock_server.wire.endpoints import chat, completions, embeddings, responses

ROWS = [json.loads(line) for line in Path(__file__).with_name("refusals.jsonl").read_text("utf-8").splitlines()]
USER = {"role": "user", "content": "ping"}
FINE = {
    "chat": (chat, {"model": "gpt-4o", "messages": [USER]}),
    "responses": (responses, {"model": "gpt-4.1", "input": "ping"}),
    "embeddings": (embeddings, {"model": "text-embedding-3-small", "input": "ping"}),
    "completions": (completions, {"model": "gpt-3.5-turbo-instruct", "prompt": "ping"}),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['endpoint']} {json.dumps(row['with'])[:60]}")
def test_bad_requests_are_refused_in_openais_words(row):
    """A request that is fine but for what the row changes gets the error the row tells."""
    endpoint, fine = FINE[row["endpoint"]]
    body = {name: value for name, value in {**fine, **row["with"]}.items() if name not in row.get("without", ())}
    with pytest.raises(ApiError) as refused:
        endpoint.read(orjson.dumps(body))
    message, param, code = row["told"]
    told = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    assert (refused.value.status, orjson.loads(refused.value.body)) == (400, {"error": told})


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n": 1},
        {"n": 128},
        {"max_completion_tokens": 1},
        {"logprobs": True, "top_logprobs": 0},
        {"logprobs": True, "top_logprobs": 20},
        {"metadata": {str(i): "x" * 512 for i in range(16)}},
        {"metadata": {"k" * 64: ""}},
        {"frequency_penalty": 2, "presence_penalty": -2},
        {"temperature": 0},
        {"stop": None, "tools": None, "n": None, "stream": None, "response_format": None},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": []}]},
        {"messages": [USER, {"role": "assistant", "refusal": "no"}]},
        {"overlap": {"profile": "steady"}},
    ],
)
def test_chat_takes_what_is_just_within_bounds(more):
    """The near side of each bound, nulls that count as absent, and this server's own field."""
    assert chat.read(orjson.dumps({**FINE["chat"][1], **more})).model == "gpt-4o"


def test_a_refusal_is_indented_as_openais_are():
    """The model's server indents by two; its gateway, which knows models and keys, by four and ends the line."""
    with pytest.raises(ApiError) as refused:
        chat.read(b'{"model": "m"}')
    assert (
        refused.value.body.decode()
        == """\
{
  "error": {
    "message": "Missing required parameter: 'messages'.",
    "type": "invalid_request_error",
    "param": "messages",
    "code": "missing_required_parameter"
  }
}"""
    )
