"""Events that are made when they are sent: what an answer of a hundred thousand tokens costs is one of them."""

from collections.abc import Iterator, Sequence

LONG = 1_024
"""The most events of an answer that are made at once; of more, each is made when it is asked for."""


class LazyParts:
    """So many events (or parts of a body), one after another; each can be had once."""

    __slots__ = ("_count", "_made")

    def __init__(self, count: int, pieces: Iterator[bytes]) -> None:
        self._count = count
        self._made = pieces

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        return self._made


def events(count: int, pieces: Iterator[bytes], each: int = 1) -> "Sequence[bytes] | LazyParts":
    """Return *count* events, which hold *each* as many: a list of them, or, if it would be long, as they come."""
    return list(pieces) if count * each <= LONG else LazyParts(count, pieces)
