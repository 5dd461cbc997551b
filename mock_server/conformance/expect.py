"""What a check says when something is not as it should be."""

from typing import Any


class Deviation(AssertionError):
    """A server did otherwise than OpenAI's does."""


def same(what: str, found: Any, wanted: Any) -> None:
    """Raise unless *found* is *wanted*; *what* names the thing."""
    if found != wanted:
        raise Deviation(f"{what} is {found!r:.200}, not {wanted!r:.200}")


def true(what: str, found: Any) -> None:
    """Raise unless *found* is true; *what* says what should be so."""
    if not found:
        raise Deviation(f"{what}: not so")
