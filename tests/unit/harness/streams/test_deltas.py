"""What one event of a stream means, for each of the formats that are known."""

import orjson
import pytest

from overlap.harness.streams.deltas import Delta, delta
from overlap.harness.streams.sse import Event

OUTPUT, REASONING, NOTHING, END = Delta(output=True), Delta(reasoning=True), Delta(), Delta(end=True)


def _said(data, name=""):
    return delta(Event(name, data if isinstance(data, bytes) else orjson.dumps(data)))._replace(keys=())


def _chat(choice):
    return {"choices": [choice]}


@pytest.mark.parametrize(
    ("data", "meaning"),
    [
        (_chat({"delta": {"content": "a"}}), OUTPUT),
        (_chat({"delta": {"content": " "}}), OUTPUT),
        (_chat({"delta": {"role": "assistant", "content": ""}}), NOTHING),
        (_chat({"delta": {"reasoning_content": "hm"}}), REASONING),
        (_chat({"delta": {"reasoning": "hm", "content": ""}}), REASONING),
        (
            _chat({"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}}),
            REASONING,
        ),
        (_chat({"delta": {"content": [{"type": "text", "text": "a"}]}}), OUTPUT),
        (_chat({"delta": {}, "finish_reason": "stop"}), END),
        (_chat({"text": "a"}), OUTPUT),
        ({"choices": [], "usage": {"completion_tokens": 7}}, Delta(tokens=7)),
        (
            {
                "choices": [],
                "usage": {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}},
            },
            Delta(tokens=5, thought=4),
        ),
        ({"type": "response.created", "response": {"usage": None}}, NOTHING),
        ({"type": "response.output_text.delta", "delta": "a"}, OUTPUT),
        ({"type": "response.output_text.done", "text": "all of it"}, NOTHING),
        ({"type": "response.reasoning_summary_text.delta", "delta": "hm"}, REASONING),
        ({"type": "response.function_call_arguments.delta", "delta": "{"}, OUTPUT),
        ({"type": "response.completed", "response": {"usage": {"output_tokens": 3}}}, Delta(end=True, tokens=3)),
        ({"type": "message_start", "message": {"usage": {"output_tokens": 1}}}, NOTHING),
        ({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}, NOTHING),
        ({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f"}}, OUTPUT),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}, OUTPUT),
        ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}}, REASONING),
        ({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}}, OUTPUT),
        ({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}}, NOTHING),
        ({"type": "content_block_stop"}, NOTHING),
        ({"type": "message_delta", "delta": {"stop_reason": "x"}, "usage": {"output_tokens": 5}}, Delta(tokens=5)),
        ({"type": "message_stop"}, END),
        ({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, OUTPUT),
        ({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]}, REASONING),
        (
            {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]},
            Delta(output=True, end=True),
        ),
        ({"model": "m", "message": {"role": "assistant", "content": "a"}, "done": False}, OUTPUT),
        ({"model": "m", "message": {"role": "assistant", "content": "", "thinking": "hm"}}, REASONING),
        ({"done": True, "eval_count": 5}, Delta(end=True, tokens=5)),
        ({"token": {"id": 5, "text": "a", "special": False}, "generated_text": None}, OUTPUT),
        ({"token": {"id": 2, "text": "</s>", "special": True}, "generated_text": None}, NOTHING),
        ({"type": "content-delta", "delta": {"message": {"content": {"text": "a"}}}}, OUTPUT),
        ({"event_type": "stream-end", "response": {"text": "all of it"}}, END),
        ({"type": "text-delta", "id": "0", "delta": "a"}, OUTPUT),
        ({"type": "reasoning-delta", "delta": "hm"}, REASONING),
        ({"type": "tool-output-available", "output": "sunny"}, NOTHING),
        ({"type": "TEXT_MESSAGE_CONTENT", "delta": "a"}, OUTPUT),
        ({"type": "RUN_FINISHED"}, END),
        ({"event": "on_chat_model_stream", "data": {"chunk": {"content": "a"}}}, OUTPUT),
        ({"event": "on_chain_stream", "data": {"chunk": "a"}}, NOTHING),
        ({"event": "on_chat_model_end", "data": {"output": {"content": "all of it"}}}, NOTHING),
        ([{"content": "a", "type": "AIMessageChunk"}, {"run": 1}], OUTPUT),
        ({"messages": [{"type": "human", "content": "hello"}]}, NOTHING),
        ({"agent": {"messages": [{"type": "ai", "content": "a"}]}}, OUTPUT),
        ({"text": "a"}, OUTPUT),
        ({"text": ""}, NOTHING),
        ({"text": 0}, OUTPUT),
        (b"0", OUTPUT),
        (b"plain words", OUTPUT),
        (b" ", OUTPUT),
        (b"", NOTHING),
        (b"[DONE]", END),
    ],
    ids=str,
)
def test_what_an_event_means(data, meaning):
    """Chat, responses, Anthropic, Gemini, Ollama, TGI, Cohere, AI SDK, AG-UI, LangChain, one's own."""
    assert _said(data) == meaning


@pytest.mark.parametrize(
    ("name", "data", "meaning"),
    [
        ("token", {"text": "a"}, OUTPUT),
        ("metadata", {"text": "a"}, NOTHING),
        ("sources", [{"text": "a passage"}], NOTHING),
        ("status", {"message": "searching"}, NOTHING),
        ("end", b"", END),
        ("done", {"text": "all of it"}, END),
        ("data", b'"a"', OUTPUT),
        ("tool_error", {"message": "no such city"}, NOTHING),
        ("content_block_start", {"type": "content_block_start", "content_block": {"type": "tool_use"}}, OUTPUT),
    ],
    ids=str,
)
def test_what_an_event_means_by_its_name(name, data, meaning):
    """What comes before, beside and after an answer is no piece of it."""
    assert _said(data, name) == meaning


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("error", {"message": "a secret"}, "error"),
        ("error", b"a secret", "error"),
        ("error", {"detail": "a secret"}, "error"),
        (
            "error",
            {"type": "error", "error": {"type": "overloaded_error", "message": "a secret"}},
            "overloaded_error",
        ),
        ("", {"error": {"code": "rate_limit", "message": "a secret"}}, "rate_limit"),
        ("", {"error": "a secret of several words"}, "error"),
        ("", {"error": {"code": 502}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}, "502"),
        ("", {"choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}, "error"),
        ("", {"type": "response.failed", "response": {"error": {"code": "server_error"}}}, "server_error"),
        ("", {"type": "RUN_ERROR", "message": "a secret", "code": "timeout"}, "timeout"),
        ("", {"type": "error", "errorText": "a secret"}, "error"),
    ],
    ids=str,
)
def test_a_failure_is_named_by_its_code_and_never_by_its_message(name, data, kind):
    """A message may quote a prompt."""
    said = _said(data, name)
    assert (said.error, said.output) == (kind, False)


def test_the_keys_of_what_is_not_known_are_returned():
    """So that somebody can be told where the text is not."""
    assert delta(Event("", b'{"piece":{"say":"a"},"n":1}')).keys == ("piece", "n")
    assert delta(Event("", b'{"text":""}')).keys == ()
