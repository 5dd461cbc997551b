"""Cutting a text into the tokens it is sent in, and an answer where the caller wants it to end."""

import re
from collections.abc import Sequence

from overlap.mock_server.wire.common import text

_PIECE = re.compile(r" ?\w{1,8}|\s?[^\w\s]{1,3}|\s+")
# More tokens than this, over all choices of one answer, would only cost memory.
MOST = 100_000
LONGEST_PIECE = 9
"""The most characters of a piece, but for blanks."""


def pieces(whole: str) -> tuple[str, ...]:
    """
    Return *whole* in pieces of about a token each.

    >>> pieces('{"city":"New York"}')
    ('{"', 'city', '":"', 'New', ' York', '"}')
    """
    return tuple(_PIECE.findall(whole))


def cut(tokens: Sequence[str], limit: int | None, choices: int, reason: str = "stop") -> tuple[Sequence[str], str]:
    """Return the first *limit* of *tokens*, and `length` for a reason where that is fewer than there were."""
    most = min(len(tokens) if limit is None else limit, max(MOST // choices, 1))
    return (tokens[:most], "length") if most < len(tokens) else (tokens, reason)


def until(tokens: Sequence[str], stops: Sequence[str]) -> tuple[Sequence[str], bool]:
    """
    Return *tokens* up to the first of *stops*, which is not part of it, and whether one was met.

    >>> until(("The", " waits", " of"), ["its"])
    (('The', ' wa'), True)
    """
    joined = "".join(tokens)
    places = [place for place in (joined.find(stop) for stop in stops if stop) if place >= 0]
    if not places:
        return tokens, False
    left = min(places)
    kept = []
    for token in tokens:
        if left <= 0:
            break
        kept.append(token[:left])
        left -= len(token)
    return tuple(kept), True


def generate(length: int, limit: int | None, stops: Sequence[str], choices: int = 1) -> tuple[Sequence[str], str]:
    """Return *length* words cut at *limit* and at *stops*, and the finish reason; never no token at all."""
    most = max(MOST // choices, 1)
    limit = most if limit is None else min(limit, most)
    tokens: Sequence[str] = text.words(min(length, limit))
    reason = "length" if limit < length else "stop"
    if stops:
        tokens, met = until(tokens, stops)
        reason = "stop" if met else reason
    return tokens or ("",), reason
