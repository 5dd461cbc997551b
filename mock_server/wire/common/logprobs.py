"""Log probabilities of an answer's tokens: made up, but the same for the same token, and in the right order."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from overlap.mock_server.wire.common import text

MOST = 20
_OTHERS = text.words(28)


def of(token: str) -> float:
    """
    Return the log probability of *token*, between -1 and 0.

    >>> of(" waits") == of(" waits"), -1 < of(" waits") <= 0
    (True, True)
    """
    return -(crc32(token.encode()) % 9_973) / 10_000


def ranked(token: str, count: int) -> list[tuple[str, float]]:
    """Return the *count* likeliest tokens in the place of *token*, itself first."""
    first = of(token)
    others = [other for other in _OTHERS if other != token]
    return [(token, first), *((other, round(first - 1 - i / 4, 4)) for i, other in enumerate(others))][:count]


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def chat(tokens: Sequence[str], top: int) -> dict[str, Any]:
    """Return `logprobs` of a chat choice, with the *top* likeliest tokens at each place."""
    return {"content": listed(tokens, top), "refusal": None}


def listed(tokens: Sequence[str], top: int) -> list[dict[str, Any]]:
    """Return an entry for each of *tokens*: token, logprob, bytes, top_logprobs."""
    return [
        _entry(token, of(token)) | {"top_logprobs": [_entry(*other) for other in ranked(token, top)]}
        for token in tokens
    ]


def legacy(tokens: Sequence[str], top: int, offset: int) -> dict[str, Any]:
    """Return `logprobs` of a completions choice; *offset* is the first token's place in the text."""
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token)
    return {
        "tokens": list(tokens),
        "token_logprobs": [of(token) for token in tokens],
        "top_logprobs": [dict(ranked(token, top)) for token in tokens] if top else None,
        "text_offset": offsets,
    }
