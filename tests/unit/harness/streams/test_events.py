"""What counts as output in a stream's bytes, wherever they are cut."""

import orjson
import pytest

from overlap.harness.streams.events import Bytes, Events
from overlap.harness.streams.sse import JsonReader


def _event(said):
    return b"data: " + orjson.dumps(said) + b"\n\n"


CHAT = [
    _event({"choices": [{"delta": {"role": "assistant", "content": ""}}]}),
    _event({"choices": [{"delta": {"content": "Good"}}]}),
    _event({"choices": [{"delta": {"content": "bye"}}]}),
    _event({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
    _event({"choices": [], "usage": {"completion_tokens": 2}}),
    b"data: [DONE]\n\n",
]


def test_the_role_the_end_and_the_usage_are_no_tokens():
    """A chat of two tokens is two pieces of output among six events, and says its own length."""
    events = Events()
    assert [events.feed(each) for each in CHAT] == [0, 1, 1, 0, 0, 0]
    assert events.tokens == 2
    assert events.error is None


@pytest.mark.parametrize("size", [1, 3, 7, 1024])
def test_it_does_not_matter_where_the_bytes_are_cut(size):
    """Reads end anywhere: in the middle of a line, a character, a blank line."""
    whole = b"".join(CHAT)
    events = Events()
    assert sum(events.feed(whole[at : at + size]) for at in range(0, len(whole), size)) == 2


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        (b'data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}\n\n', 1),
        (b'data: {"choices":[{"text":"a","index":0}]}\n\n', 1),
        (b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n', 1),
        (b'data: {"type":"response.created","response":{"usage":null}}\n\n', 0),
        (b'data: {"text":"a"}\n\n', 1),
        (b'data: {"text":""}\n\n', 0),
        (b"data: plain words\n\n", 1),
        (b"data: 42\n\n", 1),
        (b": a ping\n\n", 0),
        (b"event: ping\n\n", 0),
        (b"data:\n\n", 0),
        (b"data: two\ndata: lines\n\n", 1),
        (b'data: {"text":"a"}\r\n\r\n', 1),
        (b"data: not yet ended\n", 0),
    ],
)
def test_what_carries_output(said, pieces):
    """Tool calls, completions, responses and anybody's own events count; comments, pings and blanks do not."""
    assert Events().feed(said) == pieces


def test_a_failure_told_in_the_stream_is_named_by_its_kind_alone():
    """Its message may quote a prompt, and what is counted goes to a file."""
    events = Events()
    assert events.feed(_event({"error": {"message": "my secret", "type": "server_error"}})) == 0
    assert events.error == "told in the stream: server_error"


def test_a_body_without_events_counts_by_its_fragments():
    """Plain text that is streamed has no marks in it: each read is a piece."""
    assert [Bytes().feed(part) for part in (b"a", b"", b"bc")] == [1, 0, 1]


def test_an_event_that_says_error_is_a_failure():
    """Two tokens, then a failure by the event's name: a call that failed, not one of three pieces."""
    events = Events()
    pieces = events.feed(b'data: {"text":"a"}\n\ndata: {"text":"b"}\n\nevent: error\ndata: {"message":"x y"}\n\n')
    assert (pieces, events.error) == (2, "told in the stream: error")


def test_an_event_that_is_half_an_object_is_a_failure_and_no_token():
    """Text that is streamed as it is may well begin with a brace."""
    events = Events()
    assert events.feed(b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"del\n\n') == 1
    assert events.error == "invalid JSON in the stream"
    plain = Events()
    assert (plain.feed(b"data: {\n\ndata:  x: 1 }\n\n"), plain.error) == (2, None)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'data: {"piece":"a","n":1}\n\n', "NoOutput: no known text field; keys seen: piece, n"),
        (b'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n', "NoOutput: reasoning only"),
        (b'data: {"text":""}\n\n', "NoOutput: no event with text"),
        (b": ping\n\n", "NoOutput: no event"),
    ],
)
def test_why_there_was_no_output_is_said(body, why):
    """A reader can look for the text where it is."""
    events = Events()
    assert events.feed(body) + events.end() == 0
    assert events.why_nothing() == why


def test_the_last_event_needs_no_blank_line():
    """It is complete, and the stream is over."""
    events = Events()
    assert (events.feed(b'data: {"text":"a"}\n'), events.end()) == (0, 1)


def test_a_reading_of_ones_own_decides_what_is_output():
    """And leaves to what is known what it has no opinion on."""
    events = Events(own=lambda data, name: None if name == "known" else data.get("say") is not None)
    body = b'data: {"say":"a"}\n\ndata: {"text":"b"}\n\nevent: known\ndata: {"text":"c"}\n\n'
    assert events.feed(body) == 2


def test_json_lines_of_ollama_end_by_saying_so():
    """Five pieces, the last line none of them; it tells the length."""
    events = Events(JsonReader())
    body = b"".join(b'{"message":{"role":"assistant","content":"a"},"done":false}\n' for _ in range(5))
    assert events.feed(body + b'{"done":true,"eval_count":5}\n') == 5
    assert (events.ended, events.tokens) == (True, 5)
