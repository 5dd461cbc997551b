"""The shapes of a stream: which events share a write, and when each is due."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.mock_server.wire.common import shapes
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.endpoints import chat, completions, responses

ASKS = [
    pytest.param(chat, {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}, id="chat"),
    pytest.param(completions, {"model": "m", "prompt": "Hi."}, id="completions"),
    pytest.param(responses, {"model": "m", "input": "Hi."}, id="responses"),
]


def events(endpoint, ask, group: int, length: int = 7) -> AnswerEvents:
    """The events of an answer of *length* tokens, *group* tokens to an event."""
    asked = endpoint.read(orjson.dumps({**ask, "stream": True}))
    tokens, reason = endpoint.compose(asked, length)
    return endpoint.events(asked, Answer("C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869, tokens, 3, reason), group)


@pytest.mark.parametrize(("endpoint", "ask"), ASKS)
@pytest.mark.parametrize(("group", "marks"), [(1, None), (3, [3, 3, 1]), (7, [7]), (50, [7])])
def test_events_of_several_tokens_say_how_many_they_complete(endpoint, ask, group, marks):
    """The schedule counts tokens, whatever events they travel in."""
    found = events(endpoint, ask, group)
    assert found.marks == marks
    assert len(found.tokens) == (7 if marks is None else len(marks))


@pytest.mark.parametrize(("endpoint", "ask"), ASKS)
@pytest.mark.parametrize("group", [1, 2])
def test_events_apart_are_the_same_bytes_in_more_writes(endpoint, ask, group):
    """The role, the reason, the usage and the end each leave alone; not a byte is added."""
    found = events(endpoint, ask, group)
    alone = shapes.apart(found)
    assert b"".join(alone.tokens) == found.head + b"".join(found.tokens) + found.tail
    assert (alone.head, alone.tail) == (b"", b"")
    assert sum(alone.marks) == 7
    assert len(alone.marks) == len(alone.tokens)


def test_an_event_is_due_with_its_last_token():
    """A role before any token is due with the first, a usage after all with the last."""
    assert list(shapes.due([10, 20, 30], None)) == [10, 20, 30]
    assert list(shapes.due([10, 20, 30], [0, 2, 1, 0, 0])) == [10, 20, 30, 30, 30]


@given(st.integers(1, 300), st.integers(1, 400))
def test_groups_share_out_all_tokens(tokens, group):
    """None is lost, none is empty, and only the last is short."""
    marks = shapes.grouped(tokens, group)
    assert sum(marks) == tokens
    assert set(marks[:-1]) <= {group}
    assert 1 <= marks[-1] <= group
