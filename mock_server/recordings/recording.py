"""Reading a recording of an endpoint: the arrival of every chunk of every call, in a JSON file."""

import json
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.recordings import input_files

FORMAT = "overlap-recording"
VERSION = 1
_HOUR = 3600 * 10**9

AT_ONCE = 50_000
"""Nearer (ns) than any server sends tokens one by one: these came in one piece, and the client took them apart."""


class RecordedCalls(NamedTuple):
    """
    The calls in the order they were made: of each the arrival of its chunks, in ns after it was sent.

    `floor` (ns) is what the client that measured them adds by itself to a first token.
    """

    calls: tuple[tuple[int, ...], ...]
    floor: int


@cache  # as many as the server's owner has named
def recording(path: str) -> RecordedCalls:
    """Return what the file at *path* holds; raises `BadSetting`, in one line, for one that cannot be played."""
    try:
        document = json.loads(input_files.content(path).decode())
    except (OSError, ValueError, RecursionError) as unreadable:
        reason = getattr(unreadable, "strerror", None) or unreadable
        raise BadSetting(f"file={path}: cannot be read: {reason}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadSetting(f"file={path}: is no recording; `overlap record` makes one")
    if not isinstance(document.get("version"), int) or document["version"] > VERSION:
        raise BadSetting(
            f"file={path}: is of version {document.get('version')}; this server reads up to {VERSION}"
        )
    listed = document.get("calls")
    calls = tuple(_call(path, n, each) for n, each in enumerate(listed if isinstance(listed, list) else (), 1))
    if not calls:
        raise BadSetting(f"file={path}: has no calls in it")
    floor: Any = document.get("floor")
    return RecordedCalls(calls, int(floor) if _time(floor) else 0)


def _call(path: str, number: int, call: Any) -> tuple[int, ...]:
    """Return the chunks of one call: at least one, none before the request, none going back."""
    chunks = call.get("chunks") if isinstance(call, dict) else None
    if not isinstance(chunks, list) or not chunks or not all(map(_time, chunks)):
        raise BadSetting(f"file={path}: call {number} has no list of times (ns) called chunks")
    if any(later < earlier for earlier, later in pairwise(chunks)):
        raise BadSetting(f"file={path}: call {number} has a chunk that came before the one ahead of it")
    return _together(chunks)


def _together(chunks: list[int]) -> tuple[int, ...]:
    """Give what came at once one time: then it is written at once too, which is what it was read as."""
    document: list[int] = []
    for chunk in chunks:
        document.append(document[-1] if document and chunk - document[-1] < AT_ONCE else chunk)
    return tuple(document)


def _time(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HOUR
