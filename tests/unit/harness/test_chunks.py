"""Which pieces of a stream carried output."""

from types import SimpleNamespace as Thing

import pytest

from harness.chunks import carries


def chunk(**delta):
    """A chunk as the SDK yields it."""
    return Thing(choices=[Thing(delta=Thing(**delta))])


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("word", True),
        ("", False),
        (None, False),
        (b"data: {}\n\n", True),
        (b"data: [DONE]\n\n", False),
        (b"\n", False),
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
    ],
)
def test_output_is_text_or_a_part_of_a_tool_call(piece, expected):
    """Roles, finish reasons, counts of tokens and nodes that changed nothing are none."""
    assert carries(piece) is expected
