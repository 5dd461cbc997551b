"""What a check says when something is not as it should be."""

from typing import Any


class Deviation(AssertionError):
    """A server did otherwise than OpenAI's does."""


def same(what: str, actual: Any, wanted: Any) -> None:
    """Raise unless *actual* is *wanted*; *what* names the thing."""
    if actual != wanted:
        raise Deviation(f"{what} is {actual!r:.200}, not {wanted!r:.200}")


def true(what: str, actual: Any) -> None:
    """Raise unless *actual* is true; *what* says what should be so."""
    if not actual:
        raise Deviation(f"{what}: not so")
