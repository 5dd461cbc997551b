"""Chat completions byte by byte: what a caller reads, whole and streamed."""

import orjson
import pytest

from overlap.mock_server.wire.common import padding
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.endpoints import chat

IDENTITY, CREATED = "C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Rome"]}}, "required": ["city"]},
    },
}


def asked(**more):
    """A read request for `gpt-4o` with one message, and *more*."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Name a use of a brick."}], **more}
    return chat.read(orjson.dumps(body))


def answer(request, length=3) -> Answer:
    """What the server would say to *request*."""
    tokens, reason = chat.compose(request, length)
    return Answer(IDENTITY, CREATED, tokens, request.prompt_tokens, reason)


def whole(length=3, **more) -> dict:
    """The answer in one piece, read back."""
    request = asked(**more)
    return orjson.loads(chat.whole(request, answer(request, length)))


def raw(events: AnswerEvents) -> bytes:
    """All the bytes of a stream."""
    return b"".join([events.early, events.head, *events.tokens, events.tail])


def chunks(length=3, **more) -> list[dict]:
    """The chunks of a stream, read back; checks how it ends."""
    request = asked(stream=True, **more)
    lines = raw(chat.events(request, answer(request, length))).decode().split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [orjson.loads(line.removeprefix("data: ")) for line in lines[:-2]]


def test_a_whole_answer_is_pretty_printed_with_the_keys_in_openais_order():
    """The body is the recorded one, byte for byte but for the words."""
    request = asked()
    assert (
        chat.whole(request, answer(request)).decode()
        == """\
{
  "id": "chatcmpl-C4Gmj9b5BeLuDR5fgSeYUQobtSGV3",
  "object": "chat.completion",
  "created": 1755133869,
  "model": "gpt-4o-2024-08-06",
  "choices": [
    {
      "index": 0,
      "message": {
        "role": "assistant",
        "content": "The waits of",
        "refusal": null,
        "annotations": []
      },
      "logprobs": null,
      "finish_reason": "stop"
    }
  ],
  "usage": {
    "prompt_tokens": 13,
    "completion_tokens": 3,
    "total_tokens": 16,
    "prompt_tokens_details": {
      "cached_tokens": 0,
      "audio_tokens": 0
    },
    "completion_tokens_details": {
      "reasoning_tokens": 0,
      "audio_tokens": 0,
      "accepted_prediction_tokens": 0,
      "rejected_prediction_tokens": 0
    }
  },
  "service_tier": "default",
  "system_fingerprint": "fp_0fe7a1ab5e"
}
"""
    )


STREAM = """\
{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,
{"index":0,"delta":{"content":"The"},"logprobs":null,"finish_reason":null}],"usage":null,
{"index":0,"delta":{"content":" waits"},"logprobs":null,"finish_reason":null}],"usage":null,
{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null,
],"usage":{"prompt_tokens":13,"completion_tokens":2,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":0,\
"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,\
"rejected_prediction_tokens":0}},
"""


def test_a_stream_is_role_words_reason_usage_and_done():
    """The chunks are the recorded ones: keys in their order, nulls, one `usage` at the end, then `[DONE]`."""
    request = asked(stream=True, stream_options={"include_usage": True})
    events = chat.events(request, answer(request, 2))
    start = (
        'data: {"id":"chatcmpl-C4Gmj9b5BeLuDR5fgSeYUQobtSGV3","object":"chat.completion.chunk",'
        '"created":1755133869,"model":"gpt-4o-2024-08-06","service_tier":"default",'
        '"system_fingerprint":"fp_0fe7a1ab5e","choices":['
    )
    *lines, done, nothing = raw(events).decode().split("\n\n")
    assert (done, nothing) == ("data: [DONE]", "")
    assert events.head.decode() == lines[0] + "\n\n"
    found = [line.removeprefix(start).rpartition('"obfuscation":"')[0] for line in lines]
    assert "\n".join(found) + "\n" == STREAM


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="words"),
        pytest.param({"stream_options": {"include_usage": True}}, id="with usage"),
        pytest.param({"model": "gpt-5-nano"}, id="a model that thinks"),
        pytest.param({"tools": [TOOL]}, id="a call"),
        pytest.param({"logprobs": True, "top_logprobs": 3}, id="with log probabilities"),
        pytest.param({"n": 3, "service_tier": "fast"}, id="three choices, served faster"),
        pytest.param(
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "s", "schema": {"const": "Grüße, 世界 \U0001f9f1"}},
                }
            },
            id="letters beyond ASCII",
        ),
    ],
)
def test_every_chunk_is_one_modulo_sixteen_characters_long(more):
    """As in 76 of 78 recorded chunks; the other two had letters beyond ASCII and were so in characters."""
    request = asked(stream=True, **more)
    lines = raw(chat.events(request, answer(request, 9))).decode().split("\n\n")[:-2]
    assert {len(line.removeprefix("data: ")) % 16 for line in lines} == {1}


@pytest.mark.parametrize(
    ("arguments", "obfuscation"),
    [
        ('{\\"', 0),
        ("location", 11),
        ('\\":\\"', 14),
        ("San", 0),
        (" Francisco", 9),
        (",", 2),
        (" CA", 0),
        ('\\"}', 0),
    ],
)
def test_the_padding_is_as_long_as_in_a_recorded_stream_of_a_call(arguments, obfuscation):
    """Recorded from gpt-4o-2024-08-06 on 2025-11-28: each piece of the arguments, and how much was added."""
    recorded = (
        '{"id":"chatcmpl-Cgx6pZPBgfLcMqfT0ILIH2mID2zWQ","object":"chat.completion.chunk","created":1764353027,'
        '"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_7eeb46f068","choices":['
        '{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%s"}}]},"logprobs":null,'
        '"finish_reason":null}],"obfuscation":""}'
    )
    assert len(padding.chunk(len(recorded % arguments))) == obfuscation


def test_obfuscation_is_left_out_for_who_asks():
    """Who pays for bytes can do without the padding."""
    assert all("obfuscation" not in chunk for chunk in chunks(stream_options={"include_obfuscation": False}))
    assert all("obfuscation" in chunk for chunk in chunks())


def test_usage_is_absent_unless_asked_for():
    """Not null: absent."""
    assert all("usage" not in chunk for chunk in chunks())


def test_a_model_that_thinks_has_neither_logprobs_nor_fingerprint():
    """Recorded of gpt-5: `logprobs` is left out of the choice and `system_fingerprint` is null."""
    body = whole(model="gpt-5-nano")
    assert body["model"] == "gpt-5-nano-2025-08-07"
    assert "logprobs" not in body["choices"][0]
    assert body["system_fingerprint"] is None
    assert "logprobs" not in chunks(model="gpt-5-nano")[1]["choices"][0]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_limit_cuts_the_answer_and_says_so(field):
    """`finish_reason` is `length`, and the usage counts what was said."""
    body = whole(50, **{field: 4})
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["choices"][0]["message"]["content"] == "The waits of many"
    assert body["usage"]["completion_tokens"] == 4


def test_a_limit_that_is_not_reached_changes_nothing():
    """An answer of three tokens stops by itself."""
    assert whole(3, max_tokens=3)["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stop", [" of", ["zzz", " of", "overlap"]])
def test_the_answer_ends_before_a_stop_sequence(stop):
    """The sequence itself is not sent, and the reason is `stop`."""
    choice = whole(50, stop=stop, max_tokens=10)["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("The waits", "stop")


def test_a_stop_sequence_at_the_start_leaves_an_empty_answer():
    """An answer that may say nothing says nothing, in one empty token."""
    body = whole(50, stop="The")
    assert (body["choices"][0]["message"]["content"], body["usage"]["completion_tokens"]) == ("", 1)


def test_several_choices_are_numbered_and_their_usage_summed():
    """Three choices of two tokens are six tokens."""
    body = whole(2, n=3)
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert body["usage"]["completion_tokens"] == 6


def test_several_choices_take_turns_in_a_stream():
    """At each token every choice says its own; the server's schedule counts tokens, not chunks."""
    request = asked(stream=True, n=2)
    events = chat.events(request, answer(request, 2))
    assert len(events.tokens) == 2
    found = [chunk["choices"][0] for chunk in chunks(2, n=2)]
    assert [choice["index"] for choice in found] == [0, 1] * 4
    assert [choice["finish_reason"] for choice in found] == [None] * 6 + ["stop"] * 2


def test_several_tokens_in_a_chunk_say_the_same_in_fewer_events():
    """Some servers send a few tokens at once; the usage still counts tokens."""
    request = asked(stream=True, stream_options={"include_usage": True})
    events = chat.events(request, answer(request, 5), group=2)
    found = [orjson.loads(line[6:]) for line in raw(events).split(b"\n\n")[:-2]]
    said = [chunk["choices"][0]["delta"].get("content") for chunk in found[1:-2]]
    assert said == ["The waits", " of many", " requests"]
    assert found[-1]["usage"]["completion_tokens"] == 5


def test_log_probabilities_come_with_every_token():
    """Each entry has the token, its bytes, and as many likely others as were asked for, likeliest first."""
    found = whole(2, logprobs=True, top_logprobs=2)["choices"][0]["logprobs"]
    assert found["refusal"] is None
    assert [entry["token"] for entry in found["content"]] == ["The", " waits"]
    assert found["content"][0]["bytes"] == [84, 104, 101]
    for entry in found["content"]:
        chances = [other["logprob"] for other in entry["top_logprobs"]]
        assert entry["top_logprobs"][0]["token"] == entry["token"]
        assert len(chances) == 2
        assert 0 >= chances[0] > chances[1]
    streamed = [chunk["choices"][0]["logprobs"] for chunk in chunks(2, logprobs=True, top_logprobs=2)]
    assert [entry for part in streamed if part for entry in part["content"]] == found["content"]


def test_log_probabilities_without_others_have_an_empty_list():
    """`logprobs` alone shows the tokens said."""
    assert whole(1, logprobs=True)["choices"][0]["logprobs"]["content"][0]["top_logprobs"] == []


@pytest.mark.parametrize(
    ("sent", "served"),
    [
        ("auto", "default"),
        ("default", "default"),
        ("flex", "flex"),
        ("priority", "priority"),
        ("fast", "priority"),
    ],
)
def test_the_tier_named_is_the_one_served(sent, served):
    """Measured: asked for `auto` OpenAI names `default`, asked for `fast`, `priority`."""
    assert whole(service_tier=sent)["service_tier"] == served
    assert {chunk["service_tier"] for chunk in chunks(service_tier=sent)} == {served}


def test_huge_wishes_are_bounded():
    """128 choices of a hundred thousand tokens are cut, before they are memory."""
    request = asked(n=128)
    tokens, reason = chat.compose(request, 100_000)
    assert (len(tokens) * 128 <= 100_000, reason) == (True, "length")


@pytest.mark.parametrize("content", ["Answer in JSON.", [{"type": "text", "text": "As json, please."}]])
def test_some_json_is_an_object(content):
    """`json_object` is answered with an object, where the talk speaks of JSON as it must."""
    body = whole(messages=[{"role": "user", "content": content}], response_format={"type": "json_object"})
    assert isinstance(orjson.loads(body["choices"][0]["message"]["content"]), dict)


def test_parts_of_a_message_are_counted():
    """Three tokens for the talk, four for the message, two for its text, and 85 for an image in low detail."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}}
    message = {"role": "user", "content": [{"type": "text", "text": "A brick."}, image]}
    assert whole(messages=[message])["usage"]["prompt_tokens"] == 94
