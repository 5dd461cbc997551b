"""Responses: the sequence of events, and the object they build up."""

import orjson
import pytest

from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.endpoints import responses

TOOLS = [
    {
        "type": "function",
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Rome"]}}, "required": ["city"]},
    },
    {"type": "web_search"},
]
USER = {"role": "user", "content": "What is the weather?"}
CALLED = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
TOLD = {"type": "function_call_output", "call_id": "call_1", "output": "Fine."}
RESPONSE = "resp_00000C4Gmj9b5BeLuDR5fgSeYUQobtSGV3C4Gmj9b5BeLuDR"
MESSAGE = "msg_00000C4Gmj9b5BeLuDR5fgSeYUQobtSGV3C4Gmj9b5BeLuDR"


def respond(length=2, **more):
    """A request read, and its answer."""
    request = responses.read(orjson.dumps({"model": "gpt-4.1", "input": "Reply", **more}))
    said, reason = responses.compose(request, length)
    return request, Answer("C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869, said, request.prompt_tokens, reason)


def whole(**more) -> dict:
    """The response in one piece."""
    return orjson.loads(responses.whole(*respond(**more)))


def stream(group=1, **more) -> list[dict]:
    """The events, read back; checks their frames and numbers."""
    events = responses.events(*respond(stream=True, **more), group)
    *blocks, nothing = b"".join([events.early, events.head, *events.tokens, events.tail]).split(b"\n\n")
    found = []
    for number, block in enumerate(blocks):
        name, data = block.split(b"\n")
        event = orjson.loads(data.removeprefix(b"data: "))
        assert (name.decode(), event["sequence_number"]) == (f"event: {event['type']}", number)
        found.append(event)
    assert nothing == b""
    return found


def kinds(**more) -> list[str]:
    """The types of the events, without their common start."""
    return [event["type"].removeprefix("response.") for event in stream(**more)]


def test_the_events_of_a_message_are_the_recorded_ones():
    """A response opens, an item opens in it, a part in that, and they close in turn; there is no `[DONE]`."""
    assert kinds() == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


def test_a_delta_has_the_recorded_keys_in_their_order():
    """Padding and text are sixteen characters together."""
    events = responses.events(*respond(stream=True))
    assert events.tokens[1].decode() == (
        "event: response.output_text.delta\n"
        'data: {"type":"response.output_text.delta","content_index":0,"delta":" waits",'
        f'"item_id":"{MESSAGE}","logprobs":[],"obfuscation":"aZ3kQx8LwP","output_index":0,"sequence_number":5}}\n\n'
    )


def test_headers_and_the_opening_leave_before_the_first_token():
    """`created` and `in_progress` are early; nothing else is."""
    events = responses.events(*respond(stream=True))
    assert events.early.count(b"event: ") == 2
    assert events.early.startswith(b"event: response.created\n")
    assert events.head.startswith(b"event: response.output_item.added\n")


def test_usage_is_null_until_the_end():
    """And the tier is `auto` until it is known."""
    first, *_, last = stream()
    assert (first["response"]["usage"], first["response"]["service_tier"]) == (None, "auto")
    assert (first["response"]["status"], first["response"]["output"]) == ("in_progress", [])
    assert last["response"]["usage"] == {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 11,
    }
    assert last["response"]["service_tier"] == "default"


def test_the_last_event_has_the_whole_answer():
    """What a stream ends with is what the answer in one piece is."""
    assert stream()[-1]["response"] == whole()
    assert whole()["output"] == [
        {
            "id": MESSAGE,
            "type": "message",
            "status": "completed",
            "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "The waits"}],
            "role": "assistant",
        }
    ]


def test_what_the_caller_said_is_repeated():
    """The object carries the request's own words."""
    said = {
        "instructions": "Be brief.",
        "max_output_tokens": 16,
        "metadata": {"a": "b"},
        "temperature": 0.5,
        "truncation": "auto",
        "user": "me",
        "store": False,
        "previous_response_id": "resp_1",
        "tool_choice": "none",
    }
    assert {name: whole(**said)[name] for name in said} == said


def test_a_limit_leaves_the_response_incomplete():
    """The last event is `response.incomplete`, and both it and the item say why."""
    last = stream(length=50, max_output_tokens=16)[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["status"] == "incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["response"]["output"][0]["status"] == "incomplete"
    assert last["response"]["usage"]["output_tokens"] == 16


def test_a_function_is_called_with_valid_arguments():
    """The item has an id of its own beside the call's; a tool that OpenAI runs itself is not called."""
    assert whole(tools=TOOLS)["output"] == [
        {
            "id": "fc_00000C4Gmj9b5BeLuDR5fgSeYUQobtSGV3C4Gmj9b5BeLuDR",
            "type": "function_call",
            "status": "completed",
            "arguments": '{"city":"Rome"}',
            "call_id": "call_LuDR5fgSeYUQobtSGV300000",
            "name": "get_weather",
        }
    ]


def test_a_call_streams_its_arguments():
    """The deltas joined are the arguments, told whole at the end."""
    events = stream(tools=TOOLS)
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        *["function_call_arguments.delta"] * 5,
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    deltas = [event["delta"] for event in events if event["type"].endswith(".delta")]
    assert "".join(deltas) == events[-3]["arguments"] == '{"city":"Rome"}'
    assert all(len(event["delta"] + event["obfuscation"]) % 16 == 0 for event in events if "obfuscation" in event)


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        pytest.param([USER], "function_call", id="a question"),
        pytest.param([USER, CALLED, TOLD], "message", id="the tool has answered"),
        pytest.param([USER, CALLED, TOLD, USER], "function_call", id="a new question"),
    ],
)
def test_an_agents_loop_ends(talk, kind):
    """Functions are called until one has answered."""
    assert whole(tools=TOOLS, input=talk)["output"][0]["type"] == kind


def test_calls_that_are_kept_elsewhere_are_taken_on_trust():
    """With a previous response, an output may stand alone: its call is in what came before."""
    assert whole(input=[TOLD], previous_response_id="resp_1")["output"][0]["type"] == "message"


def test_one_call_at_a_time_for_who_says_so():
    """And the response repeats that it was said."""
    two = [TOOLS[0], {"type": "function", "name": "clock"}]
    body = whole(tools=two, parallel_tool_calls=False)
    assert [item["name"] for item in body["output"]] == ["get_weather"]
    assert body["parallel_tool_calls"] is False
    assert whole()["parallel_tool_calls"] is True


def test_a_limit_leaves_the_last_call_incomplete_and_those_before_it_whole():
    """Only what was cut says so."""
    many = [{**TOOLS[0], "name": f"f{i}"} for i in range(4)]
    states = [item["status"] for item in whole(tools=many, max_output_tokens=16)["output"]]
    assert states == ["completed", "completed", "incomplete"]


def test_an_image_counts_as_some_tokens():
    """85, the price of one in low detail; three for the talk and four for the message."""
    image = {"type": "input_image", "image_url": "data:image/png;base64,aaaa"}
    assert whole(input=[{"role": "user", "content": [image]}])["usage"]["input_tokens"] == 92


def test_several_calls_are_items_of_their_own():
    """Numbered, each with its own opening and end."""
    two = [TOOLS[0], {"type": "function", "name": "clock"}]
    events = stream(tools=two)
    assert [event["output_index"] for event in events if event["type"] == "response.output_item.done"] == [0, 1]
    assert len({item["call_id"] for item in events[-1]["response"]["output"]}) == 2


def test_a_model_that_thinks_shows_that_it_did():
    """An item of reasoning comes first, with nothing in it."""
    events = stream(model="gpt-5-nano")
    assert [event["type"].removeprefix("response.") for event in events[2:5]] == [
        "output_item.added",
        "output_item.done",
        "output_item.added",
    ]
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["reasoning", "message"]
    assert events[-1]["response"]["reasoning"] == {"effort": "medium", "summary": None}


def test_a_format_with_a_schema_is_kept_to():
    """The text is a valid instance."""
    form = {"type": "json_schema", "name": "n", "schema": {"type": "object", "required": ["a"]}}
    said = whole(text={"format": form})["output"][0]["content"][0]["text"]
    assert "a" in orjson.loads(said)


def test_log_probabilities_are_told_for_who_includes_them():
    """In each delta, and together at the end."""
    include = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    events = stream(**include)
    deltas = [entry for event in events if event["type"].endswith(".delta") for entry in event["logprobs"]]
    assert [entry["token"] for entry in deltas] == ["The", " waits"]
    assert events[-1]["response"]["output"][0]["content"][0]["logprobs"] == deltas


def test_several_tokens_in_a_delta():
    """Fewer events, the same text, numbers without a gap."""
    deltas = [event["delta"] for event in stream(group=2, length=3) if event["type"].endswith(".delta")]
    assert deltas == ["The waits", " of"]


@pytest.mark.parametrize(
    ("more", "shown"),
    [({"include": ["message.output_text.logprobs"]}, 0), ({"top_logprobs": 3}, 3)],
)
def test_either_way_of_asking_for_log_probabilities_gets_them(more, shown):
    """By including them, or by saying how many."""
    [first, _] = whole(**more)["output"][0]["content"][0]["logprobs"]
    assert len(first["top_logprobs"]) == shown


def test_a_function_can_be_named():
    """The one that is named is called, whatever stands before it."""
    two = [TOOLS[0], {"type": "function", "name": "clock"}]
    body = whole(tools=two, tool_choice={"type": "function", "name": "clock"})
    assert [item["name"] for item in body["output"]] == ["clock"]
