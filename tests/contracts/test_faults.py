"""What every fault owes: a plan that can be played to its end, or a refusal, however short the answer."""

from array import array
from itertools import pairwise

import pytest

from overlap.mock_server.behaviour import rules
from overlap.mock_server.exchange import schedule_plan
from overlap.mock_server.exchange.schedule_plan import AnswerPlan
from overlap.mock_server.options import registry
from overlap.mock_server.wire.common.answer import AnswerEvents

NAMES = registry.names(rules.FOLDER)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n"

pytestmark = pytest.mark.parametrize("name", NAMES)


def streamed(tokens: int, *, chunked: bool) -> AnswerPlan:
    """Return the plan of a stream with a token every 10 ns."""
    events = AnswerEvents(b"data: head\n\n", [b"data: %d\n\n" % i for i in range(tokens)], b"data: [DONE]\n\n")
    return schedule_plan.streamed(HEAD, events, array("q", range(100, 100 + 10 * tokens, 10)), chunked=chunked)


def plans() -> list[AnswerPlan]:
    """Return the kinds of plans there are, down to the shortest."""
    streams = [streamed(tokens, chunked=chunked) for tokens in (1, 2, 9, 10, 11, 50) for chunked in (True, False)]
    return [schedule_plan.whole(HEAD, b'{"a": "b"}\r\n', 100), *streams]


def test_it_leaves_a_plan_that_can_be_played(name):
    """Pieces, times and marks stay as many, times never go back, and no byte is sent before it was due."""
    rule = rules.rule(name)
    if rule.refuses:
        refused, delay = rule.call(**rule.settings)
        assert refused.status >= 400
        assert delay >= 0
        return
    for laid in plans():
        first, tokens = laid.due[0], len(laid.planned())
        rule.call(laid, **rule.settings)
        assert len(laid.pieces) == len(laid.due) == len(laid.counted()) > 0
        assert all(before <= after for before, after in pairwise(laid.due))
        assert laid.due[0] >= first
        assert all(laid.pieces)
        assert sum(laid.counted()) <= len(laid.planned()) == tokens


def test_a_rule_says_which_requests_it_is_for(name):
    """Any fault can be scripted for the n-th request, or drawn with a rate."""
    facts = rules.RequestFacts("000001", 3, "000001", None, "m")
    assert rules.rule(f"{name},nth=3").applies(facts, 0)
    assert not rules.rule(f"{name},nth=4").applies(facts, 0)
    assert not rules.rule(f"{name},rate=0").applies(facts, 0)


def test_it_says_what_it_is_in_one_line(name):
    """The docstring's first line is the help that `--help` prints."""
    assert registry.help_text(rules.FOLDER, name).endswith(".")
