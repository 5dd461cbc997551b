"""
The shapes in which servers send the same events: what comes in a write of its own, and what is due when.

Several tokens to an event is a matter of the endpoint (`events(request, answer, group)`); several events to a
packet, or half of one, is the server's (`faults`). Between them lies which events share a write, told here.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, chain

from overlap.mock_server.wire.common import lazy
from overlap.mock_server.wire.common.answer import AnswerEvents


def grouped(tokens: int, group: int) -> list[int]:
    """
    Return how many of *tokens* tokens are complete with each event of *group* tokens.

    >>> grouped(5, 2)
    [2, 2, 1]
    """
    return [min(group, tokens - first) for first in range(0, tokens, group)]


def apart(events: AnswerEvents) -> AnswerEvents:
    """Return *events* whose head (the role, in chat) and each of whose last events is a write of its own."""
    marks = list(events.marks) if events.marks is not None else [1] * len(events.tokens)
    before = [events.head] if events.head else []
    after = [event + b"\n\n" for event in events.tail.split(b"\n\n")[:-1]]
    tokens, count = chain(before, events.tokens, after), len(before) + len(events.tokens) + len(after)
    return replace(
        events,
        head=b"",
        tokens=lazy.LazyParts(count, tokens) if isinstance(events.tokens, lazy.LazyParts) else list(tokens),
        tail=b"",
        marks=[0] * len(before) + marks + [0] * len(after),
    )


def due(times: Sequence[int], marks: Sequence[int] | None) -> Sequence[int]:
    """
    Return when each event is due, of *times* for each token: with its last token.

    An event without a token is due with what was complete before it, or with the first token.

    >>> due([10, 20, 30], [0, 1, 2, 0])
    [10, 10, 30, 30]
    """
    if marks is None:
        return times
    return [times[max(complete - 1, 0)] for complete in accumulate(marks)]
