"""
A tokenisation of this server's own: four bytes of UTF-8 a token, each token's id made of its bytes.

Real vocabularies want a download. This one needs no table, is the same in every process, and can be undone, so a
text and its ids are known to be the same thing; it finds a text as long as OpenAI's rule of thumb does.
"""

from collections.abc import Sequence
from typing import Any

_WIDTH = 4
# The bytes stand after a one, so that no leading zero is lost; every id is below 2**33, exact in any JSON reader.
_MARK = b"\x01"


def are_ids(value: Any) -> bool:
    """Return whether *value* is a list of token ids, of whatever vocabulary."""
    return isinstance(value, list) and bool(value) and all(type(item) is int and item >= 0 for item in value)


def encode(text: str) -> list[int]:
    """
    Return the ids of *text*.

    >>> encode("waits"), encode("")
    ([6297839988, 371], [])
    """
    raw = text.encode()
    return [int.from_bytes(_MARK + raw[i : i + _WIDTH], "big") for i in range(0, len(raw), _WIDTH)]


def decode(ids: Sequence[int]) -> str | None:
    """
    Return the text that *ids* stand for, or None where they are of another vocabulary.

    >>> decode(encode("waits")), decode([1, 2, 3])
    ('waits', None)
    """
    parts = []
    for number in ids:
        if not 0 < number < 1 << 8 * (_WIDTH + 1):
            return None
        part = number.to_bytes((number.bit_length() + 7) // 8, "big")
        if part[:1] != _MARK or len(part) == 1:
            return None
        parts.append(part[1:])
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError:
        return None
