"""The old completions endpoint, byte by byte."""

import orjson
import pytest

from overlap.mock_server.wire.common import tokens
from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.endpoints import completions

START = 'data: {"id":"cmpl-C4Gmj9b5BeLuDR5fgSeYUQobtSGV3","object":"text_completion","created":1755133869,'
MODEL = '"model":"gpt-3.5-turbo-instruct:20230824-v2"'


def respond(length=50, **more):
    """A request read, and its answer."""
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "Say", **more}
    request = completions.read(orjson.dumps(body))
    said, reason = completions.compose(request, length)
    answer = Answer("C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869, said, request.prompt_tokens, reason)
    return request, answer


def whole(**more) -> dict:
    """The answer in one piece."""
    return orjson.loads(completions.whole(*respond(**more)))


def stream(group=1, **more) -> str:
    """All the bytes of the stream."""
    events = completions.events(*respond(stream=True, **more), group)
    return b"".join([events.head, *events.tokens, events.tail]).decode()


def test_a_whole_answer_has_no_service_tier():
    """The recorded body, and no key more."""
    assert (
        completions.whole(*respond(max_tokens=2)).decode()
        == """\
{
  "id": "cmpl-C4Gmj9b5BeLuDR5fgSeYUQobtSGV3",
  "object": "text_completion",
  "created": 1755133869,
  "model": "gpt-3.5-turbo-instruct:20230824-v2",
  "choices": [
    {
      "text": "The waits",
      "index": 0,
      "logprobs": null,
      "finish_reason": "length"
    }
  ],
  "usage": {
    "prompt_tokens": 1,
    "completion_tokens": 2,
    "total_tokens": 3
  }
}
"""
    )


def test_the_finish_reason_rides_on_the_last_text():
    """There is no chunk of its own for it, and none for a role."""
    assert stream(max_tokens=2) == (
        f'{START}"choices":[{{"text":"The","index":0,"logprobs":null,"finish_reason":null}}],{MODEL}}}\n\n'
        f'{START}"choices":[{{"text":" waits","index":0,"logprobs":null,"finish_reason":"length"}}],{MODEL}}}\n\n'
        "data: [DONE]\n\n"
    )


def test_usage_comes_in_a_chunk_without_choices():
    """It is null before, and `choices` stands last in the chunk that has it."""
    lines = stream(max_tokens=1, stream_options={"include_usage": True}).split("\n\n")
    assert lines[0].endswith(f'"finish_reason":"length"}}],{MODEL},"usage":null}}')
    usage = '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}'
    assert lines[1] == f'{START}{MODEL},"usage":{usage},"choices":[]}}'


def test_two_prompts_with_two_answers_each_are_four_choices():
    """Recorded: numbered prompt by prompt, one usage for all."""
    body = whole(prompt=["a", "b"], n=2, max_tokens=3)
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2, 3]
    assert body["usage"] == {"prompt_tokens": 2, "completion_tokens": 12, "total_tokens": 14}
    events = [orjson.loads(line[6:]) for line in stream(prompt=["a", "b"], n=2, max_tokens=3).split("\n\n")[:-2]]
    assert [event["choices"][0]["index"] for event in events] == [0, 1, 2, 3] * 3


@pytest.mark.parametrize(
    ("prompt", "length"),
    [("Name a use.", 3), (["a", "bb"], 2), ([1, 2, 3], 3), ([[1, 2], [3]], 3), (None, 0)],
)
def test_prompts_are_texts_or_token_ids(prompt, length):
    """A text, several, one list of ids, or several such lists."""
    assert whole(prompt=prompt)["usage"]["prompt_tokens"] == length


def test_an_echo_sends_the_prompt_first():
    """Of token ids too, where they are this server's."""
    for prompt in ("Say", tokens.encode("Say")):
        assert whole(prompt=prompt, echo=True, max_tokens=1)["choices"][0]["text"] == "SayThe"
    first, second = stream(echo=True, max_tokens=2).split("\n\n")[:2]
    assert '"text":"SayThe"' in first
    assert '"text":" waits"' in second


def test_sixteen_tokens_are_the_default():
    """OpenAI's own, and the reason is `length`."""
    body = whole()
    assert body["usage"]["completion_tokens"] == 16
    assert body["choices"][0]["finish_reason"] == "length"


def test_no_tokens_at_all_can_be_asked_for():
    """With `echo`, `max_tokens: 0` was the way to score a prompt."""
    body = whole(max_tokens=0, echo=True)
    assert (body["choices"][0]["text"], body["usage"]["completion_tokens"]) == ("Say", 0)


def test_log_probabilities_say_where_each_token_stands():
    """Offsets count characters of the whole text, the echoed prompt included; streamed ones are the same."""
    found = whole(max_tokens=2, logprobs=2, echo=True)["choices"][0]["logprobs"]
    assert found["tokens"] == ["Say", "The", " waits"]
    assert found["text_offset"] == [0, 3, 6]
    assert [len(top) for top in found["top_logprobs"]] == [2, 2, 2]
    lines = stream(max_tokens=2, logprobs=2, echo=True).split("\n\n")[:-2]
    streamed = [orjson.loads(line[6:])["choices"][0]["logprobs"] for line in lines]
    assert {key: [value for part in streamed for value in part[key]] for key in found} == found


def test_several_tokens_in_a_chunk_end_with_the_reason():
    """Three tokens, two to a chunk."""
    lines = stream(group=2, max_tokens=3).split("\n\n")[:-2]
    found = [orjson.loads(line[6:])["choices"][0] for line in lines]
    assert [(choice["text"], choice["finish_reason"]) for choice in found] == [
        ("The waits", None),
        (" of", "length"),
    ]
