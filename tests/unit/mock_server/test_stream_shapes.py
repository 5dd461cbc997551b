"""The shape of a stream, as it is chosen: from words to the pieces that are written."""

from array import array

import orjson
import pytest

from overlap.mock_server.behaviour.behaviour import behaviour
from overlap.mock_server.exchange import schedule_plan
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.wire.common import shapes
from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.endpoints import chat


def planned(shape: str, length: int = 5) -> schedule_plan.AnswerPlan:
    """The plan of a chat of *length* tokens that are due at 10, 20, 30 …"""
    how = behaviour("instant", "5", "0", 1, shape)
    asked = chat.read(
        orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi."}], "stream": True})
    )
    tokens, reason = chat.compose(asked, length)
    events = chat.events(
        asked, Answer("C4Gmj9b5BeLuDR5fgSeYUQobtSGV3", 1_755_133_869, tokens, 3, reason), how.group
    )
    due = array("q", range(10, 10 * length + 10, 10))
    return schedule_plan.streamed(b"HEAD", shapes.apart(events) if how.apart else events, due, chunked=False)


def test_a_stream_has_a_piece_for_each_token_unless_told():
    """The role leaves with the first, reason and end with the last."""
    laid = planned("")
    assert list(laid.due) == [10, 20, 30, 40, 50]
    assert laid.pieces[0].count(b"data: ") == 2
    assert laid.pieces[-1].count(b"data: ") == 3
    assert list(laid.planned()) == [10, 20, 30, 40, 50]


def test_groups_of_tokens_are_due_with_their_last():
    """Each token counts, and is planned for when its event can leave."""
    laid = planned("group=2")
    assert list(laid.due) == [20, 40, 50]
    assert laid.marks == [2, 2, 1]
    assert list(laid.planned()) == [20, 20, 40, 40, 50]


def test_what_is_no_token_can_leave_apart():
    """Role, reason and `[DONE]` are pieces of their own and count for nothing."""
    laid = planned("apart")
    assert list(laid.due) == [10, 10, 20, 30, 40, 50, 50, 50]
    assert laid.marks == [0, 1, 1, 1, 1, 1, 0, 0]
    assert [piece.count(b"data: ") for piece in laid.pieces] == [1] * 8
    assert laid.pieces[-1] == b"data: [DONE]\n\n"


def test_shapes_can_be_combined():
    """Groups, and all else apart."""
    assert list(planned("apart, group=3").due) == [10, 30, 50, 50, 50]


@pytest.mark.parametrize("shape", ["group=0", "group=x", "group", "alone", "apart=1"])
def test_a_shape_that_is_none_is_refused(shape):
    """In one line that names it."""
    with pytest.raises(BadSetting, match=r"shape|number"):
        behaviour("instant", "5", "0", 1, shape)
