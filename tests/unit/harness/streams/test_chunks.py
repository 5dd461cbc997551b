"""Which pieces of a stream carried output."""

from types import SimpleNamespace as Thing

import pytest

from overlap.harness.streams.chunks import carries, thinks


def chunk(**delta):
    """A chunk as the SDK yields it."""
    return Thing(choices=[Thing(delta=Thing(**delta))])


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("word", True),
        ("", False),
        (None, False),
        (Thing(content="word"), True),
        (Thing(content=""), False),
        (Thing(content="", tool_call_chunks=[1]), True),
        ((Thing(content="word"), {"node": "model"}), True),
        ((Thing(content=""), {"node": "model"}), False),
        (("updates", {"model": None}), False),
        (("updates", {"model": {"messages": ["hi"]}}), True),
        ({"model": None}, False),
        ({"model": {"messages": []}}, False),
        ({"model": {"messages": [1]}}, True),
        (chunk(role="assistant", content=""), False),
        (chunk(content="word"), True),
        (chunk(content=None, tool_calls=[1]), True),
        (Thing(choices=[], usage=3), False),
        ({"choices": [{"delta": {"role": "assistant", "content": ""}}]}, False),
        ({"choices": [{"delta": {"content": "word"}}]}, True),
        (Thing(type="response.output_text.delta", delta="word"), True),
        (Thing(type="response.completed", response=1), False),
        (Thing(type="response.reasoning_summary_text.delta", delta="hm"), False),
        (Thing(type="response.function_call_arguments.delta", delta="{"), True),
        # Responses through LangChain: blocks of content, of which the closing one has no text.
        (Thing(content=[{"type": "text", "text": "word", "index": 1}]), True),
        (Thing(content=[{"type": "text", "text": "", "index": 1}]), False),
        (Thing(content=[{"type": "text", "annotations": [], "id": "msg_1", "index": 1}]), False),
        (Thing(content=[{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}]), False),
        (chunk(content=None, reasoning_content="hm"), False),
        (Thing(choices=None, usage=3), False),
        ({"type": "ping"}, False),
        ({"type": "response.output_text.delta", "delta": "word"}, True),
    ],
)
def test_output_is_text_or_a_part_of_a_tool_call(piece, expected):
    """Roles, finish reasons, counts of tokens and nodes that changed nothing are none."""
    assert carries(piece) is expected


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (chunk(content=None, reasoning_content="hm"), True),  # DeepSeek, vLLM
        (chunk(content="", reasoning="hm"), True),  # OpenRouter
        (chunk(content="word"), False),
        (Thing(choices=None), False),
        (Thing(type="response.reasoning_text.delta", delta="hm"), True),
        (Thing(type="response.reasoning_summary_text.delta", delta="hm"), True),
        (Thing(type="response.output_text.delta", delta="word"), False),
        (Thing(content="", additional_kwargs={"reasoning_content": "hm"}), True),  # LangChain's DeepSeek
        (Thing(content=[{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}]), True),
        (Thing(content=[{"type": "thinking", "thinking": "hm"}]), True),  # LangChain's Anthropic
        (Thing(content=[{"type": "text", "text": "word"}]), False),
        (Thing(content="word", additional_kwargs={}), False),
        ({"choices": [{"delta": {"reasoning_content": "hm"}}]}, True),
        ((Thing(content="", additional_kwargs={"reasoning_content": "hm"}), {"node": "model"}), True),
        ("word", False),
    ],
)
def test_thinking_is_told_from_output_in_every_spelling(piece, expected):
    """It is text too, but no answer yet."""
    assert thinks(piece) is expected
