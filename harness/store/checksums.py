"""
Checksums in a run's files: a byte that has changed since it was written is noticed when it is read.

They guard against damage (a disk, a copy, an editor), not against somebody who means to deceive.
"""

import re
from hashlib import blake2b
from zlib import crc32

import orjson

_SUM = re.compile(rb',"sum":"([0-9a-f]{8})"\}\n?$')
KEY = "sum"


def added_up(content: bytes, before: int = 0) -> int:
    """Return the checksum of *content*, continued from that of what came *before* it."""
    return crc32(content, before)


def written(number: int) -> str:
    """Return a checksum as it stands in the files."""
    return f"{number:08x}"


def sealed_line(raw: bytes) -> bytes:
    r"""
    Return the JSON object *raw* as a line that ends with a checksum of itself.

    >>> sealed_line(b'{"cell":"a"}')
    b'{"cell":"a","sum":"7c56b467"}\n'
    """
    return raw[:-1] + f',"{KEY}":"{written(crc32(raw))}"}}\n'.encode()


def line_is_whole(line: bytes) -> bool:
    """Return whether *line* ends with a checksum, and is as it was when that was made."""
    match = _SUM.search(line)
    return match is not None and written(crc32(line[: match.start()] + b"}")).encode() == match[1]


def digest(facts: dict[str, object]) -> str:
    """
    Return a digest of what the JSON object *facts* says, however it is laid out; its own `sum` is left out.

    Raises TypeError for what cannot be JSON.
    """
    content = {key: value for key, value in facts.items() if key != KEY}
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def sealed(raw: bytes) -> bytes:
    """Return the JSON object *raw* as JSON to be read by people, with a digest of it as the last entry."""
    facts: dict[str, object] = orjson.loads(raw)
    return orjson.dumps({**facts, KEY: digest(facts)}, option=orjson.OPT_INDENT_2)


def is_whole(facts: dict[str, object]) -> bool:
    """Return whether the JSON object *facts* has the digest that `sealed` gave it."""
    try:
        return facts.get(KEY) == digest(facts)
    except TypeError:
        return False
