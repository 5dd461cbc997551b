"""Tool calls: who calls what, with which arguments, and when an agent's loop ends."""

import orjson
import pytest

from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.common.errors import ApiError
from overlap.mock_server.wire.endpoints import chat

IDENTITY, CREATED = "C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869
WEATHER = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"enum": ["Rome"]}}, "required": ["city"]},
}
CLOCK = {"name": "clock"}
TOOLS = [{"type": "function", "function": WEATHER}, {"type": "function", "function": CLOCK}]
USER = {"role": "user", "content": "What is the weather?"}
CALLED = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}],
}
TOLD = {"role": "tool", "tool_call_id": "call_1", "content": "12:00"}


def respond(messages=(USER,), length=3, **more):
    """The request read, and its answer."""
    body = {"model": "gpt-4o", "messages": list(messages), "tools": TOOLS, **more}
    request = chat.read(orjson.dumps({name: value for name, value in body.items() if value is not None}))
    tokens, reason = chat.compose(request, length)
    return request, Answer(IDENTITY, CREATED, tokens, request.prompt_tokens, reason)


def choice(*args, **more) -> dict:
    """The first choice of the answer in one piece."""
    return orjson.loads(chat.whole(*respond(*args, **more)))["choices"][0]


def names(*args, **more) -> list[str]:
    """The functions called."""
    return [call["function"]["name"] for call in choice(*args, **more)["message"].get("tool_calls", [])]


def test_a_call_has_its_id_its_name_and_valid_arguments():
    """Calls stand where the content would, which is null, and the reason names them."""
    assert choice() == {
        "index": 0,
        "message": {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_LuDR5fgSeYUQobtSGV300000",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city":"Rome"}'},
                },
                {
                    "id": "call_LuDR5fgSeYUQobtSGV300001",
                    "type": "function",
                    "function": {"name": "clock", "arguments": "{}"},
                },
            ],
            "refusal": None,
            "annotations": [],
        },
        "logprobs": None,
        "finish_reason": "tool_calls",
    }


@pytest.mark.parametrize(
    ("more", "called"),
    [
        pytest.param({}, ["get_weather", "clock"], id="left the choice, it calls all there are"),
        pytest.param({"parallel_tool_calls": False}, ["get_weather"], id="one at a time"),
        pytest.param({"tool_choice": "none"}, [], id="told not to"),
        pytest.param({"tool_choice": "required"}, ["get_weather", "clock"], id="told to"),
        pytest.param(
            {"tool_choice": {"type": "function", "function": {"name": "clock"}}}, ["clock"], id="told which"
        ),
        pytest.param(
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [TOOLS[1]]},
                }
            },
            ["clock"],
            id="told from which",
        ),
    ],
)
def test_the_choice_of_tools_is_honoured(more, called):
    """`tool_choice` and `parallel_tool_calls` decide which functions are called."""
    assert names(**more) == called


def test_an_agents_loop_ends():
    """Once a tool has answered, the answer is words; a new question calls again."""
    assert names([USER, CALLED, TOLD]) == []
    assert choice([USER, CALLED, TOLD])["message"]["content"] == "The waits of"
    assert names([USER, CALLED, TOLD, {"role": "assistant", "content": "Fine."}, USER]) == ["get_weather", "clock"]


def test_a_function_that_must_be_called_is_called_again():
    """`required` leaves no choice, whatever was answered before."""
    assert names([USER, CALLED, TOLD], tool_choice="required") == ["get_weather", "clock"]


def test_calls_stream_in_the_recorded_shape():
    """A chunk opens each call with id and name; others bring the arguments in pieces; the reason ends it."""
    request, answer = respond(stream=True)
    events = chat.events(request, answer)
    found = [
        orjson.loads(line[6:])["choices"][0]
        for line in b"".join([*events.tokens, events.tail]).split(b"\n\n")[:-2]
    ]
    opened = {"name": "get_weather", "arguments": ""}
    assert events.head == b""
    assert [choice["delta"] for choice in found] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"index": 0, "id": "call_LuDR5fgSeYUQobtSGV300000", "type": "function", "function": opened}
            ],
            "refusal": None,
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "city"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '":"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "Rome"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"}'}}]},
        {
            "tool_calls": [
                {
                    "index": 1,
                    "id": "call_LuDR5fgSeYUQobtSGV300001",
                    "type": "function",
                    "function": {"name": "clock", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {},
    ]
    assert [choice["finish_reason"] for choice in found] == [None] * 8 + ["tool_calls"]
    assert len(events.tokens) == len(answer.tokens) == 8


def test_a_limit_cuts_arguments_short():
    """Whoever parses arguments must see what a limit does to them: half a JSON text, and `length`."""
    found = choice(max_tokens=3)
    assert found["finish_reason"] == "length"
    assert [call["function"]["arguments"] for call in found["message"]["tool_calls"]] == ['{"city']


def test_the_old_function_call_is_answered_in_the_old_form():
    """`functions` get a `function_call` in the message, and that word for a reason."""
    found = choice(tools=None, functions=[WEATHER], function_call="auto")
    assert found["message"]["function_call"] == {"name": "get_weather", "arguments": '{"city":"Rome"}'}
    assert found["finish_reason"] == "function_call"
    request, answer = respond(tools=None, functions=[WEATHER], function_call={"name": "get_weather"}, stream=True)
    events = chat.events(request, answer)
    deltas = [orjson.loads(token[6:])["choices"][0]["delta"] for token in events.tokens]
    assert deltas[0]["function_call"] == {"name": "get_weather", "arguments": ""}
    assert "".join(delta["function_call"]["arguments"] for delta in deltas) == '{"city":"Rome"}'


def test_every_call_of_an_answer_has_an_id_of_its_own():
    """Choices and calls do not share ids."""
    message = orjson.loads(chat.whole(*respond(n=3)))["choices"]
    ids = [call["id"] for choice in message for call in choice["message"]["tool_calls"]]
    assert len(set(ids)) == len(ids) == 6


def test_a_schema_no_arguments_are_known_for_is_refused():
    """Better a 400 that says so than arguments that are wrong."""
    impossible = {"name": "f", "parameters": {"type": "object", "properties": {"a": False}, "required": ["a"]}}
    with pytest.raises(ApiError) as refused:
        respond(tools=[{"type": "function", "function": impossible}])
    assert orjson.loads(refused.value.body)["error"] == {
        "message": "Invalid schema for function 'f': no valid instance was found.",
        "type": "invalid_request_error",
        "param": "tools[0].function.parameters",
        "code": "invalid_function_parameters",
    }


def test_two_answers_do_not_share_the_ids_of_their_calls():
    """The server's ids differ in their last letters alone; a history of many turns must tell the calls apart."""
    request, answer = respond()
    other = answer._replace(id=answer.id[:-1] + "4")
    one, two = (orjson.loads(chat.whole(request, each))["choices"][0]["message"] for each in (answer, other))
    assert one["tool_calls"][0]["id"] != two["tool_calls"][0]["id"]
