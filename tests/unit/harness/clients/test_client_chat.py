"""Chat completions by hand: bodies out, text in, without a socket."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.clients import _chat
from overlap.harness.model.endpoint import Endpoint

ENDPOINT = Endpoint("http://127.0.0.1:8000/v1", model="m", api_key="k")


def event(delta: dict, **more: object) -> bytes:
    """One event of a stream, as OpenAI sends it."""
    return (
        f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}], **more}, ensure_ascii=False)}\n\n".encode()
    )


STREAM = b"".join(
    [
        event({"role": "assistant", "content": "", "refusal": None}),
        event({"content": "Grü"}),
        b": a comment\n\n",
        event({"content": "ße\u2028,\x85"}, usage=None),
        event({"content": " data: [DONE]\n\n"}),
        event({"tool_calls": [{"index": 0}]}),
        event({}),
        b'data: {"choices":[],"usage":{"completion_tokens":3}}\n\n',
        b"data: [DONE]\n\n",
    ]
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_a_stream_reads_the_same_wherever_its_bytes_are_cut(cuts):
    """Packets end anywhere, within a character too; the pieces of text are those the server sent."""
    reader = _chat.ChatStreamReader()
    ends = sorted({0, len(STREAM), *cuts})
    pieces = [piece for a, b in pairwise(ends) for piece in reader.feed(STREAM[a:b])]
    assert pieces == ["Grü", "ße\u2028,\x85", " data: [DONE]\n\n"]


def test_lines_may_end_with_a_carriage_return_and_lack_the_space():
    """Both are allowed by the format of server-sent events."""
    data = STREAM.replace(b"\n\n", b"\r\n\r\n").replace(b"data: {", b"data:{")
    assert "".join(_chat.ChatStreamReader().feed(data)) == "Grüße\u2028,\x85 data: [DONE]\n\n"


def test_the_last_piece_needs_no_blank_line_and_may_have_several_data_lines():
    """Some servers leave it out at the end; what a line cut in two says is joined as the standard has it."""
    reader = _chat.ChatStreamReader()
    whole = (
        b'data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\ndata: {"choices":[{"delta":{"content":"b"}}]}'
    )
    assert (reader.feed(whole), reader.end(), reader.end()) == (["a"], ["b"], [])


def test_an_error_in_the_middle_of_a_stream_is_raised():
    """The status was 200 long ago; the error has none."""
    with pytest.raises(_chat.Refused, match="overloaded") as refused:
        _chat.ChatStreamReader().feed(b'data: {"error":{"message":"overloaded"}}\n\n')
    assert refused.value.status_code is None


@pytest.mark.parametrize(("content", "expected"), [("hello", "hello"), ("", ""), (None, "")])
def test_the_text_of_a_whole_answer(content, expected):
    """An answer without text, as with tool calls, is an empty one."""
    assert _chat.text(json.dumps({"choices": [{"message": {"content": content}}]})) == expected


def test_a_plain_endpoint_sends_model_and_message_only():
    """What was not asked for is left to the server, so that all clients ask for the same."""
    message = {"role": "user", "content": "hi"}
    assert _chat.asking(ENDPOINT, "hi") == {"model": "m", "messages": [message]}
    assert _chat.listening(ENDPOINT, "hi") == {"model": "m", "messages": [message], "stream": True}
    assert _chat.headers(ENDPOINT) == {"Authorization": "Bearer k"}


def test_length_and_usage_are_sent_when_the_endpoint_has_them():
    """Under the names on the wire; usage concerns streams only."""
    endpoint = Endpoint("http://127.0.0.1:8000/v1", max_tokens=5, stream_usage=True)
    assert _chat.options(endpoint) == {"max_completion_tokens": 5}
    assert _chat.stream_options(endpoint) == {
        "max_completion_tokens": 5,
        "stream_options": {"include_usage": True},
    }
