"""How long to wait after an answer of 429 or 503: what the endpoint asks for, else twice as long each time."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time

FIRST, MOST = 1.0, 60.0
"""Seconds of the first wait without a `retry-after`, and of the longest."""


def requested_wait(headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds that *headers* (names in lower case) ask to wait; None where they do not.

    Milliseconds win over seconds, as in the OpenAI SDK; a date is counted from now.

    >>> requested_wait({"retry-after": "3", "retry-after-ms": "250"}), requested_wait({"retry-after": "1.5"})
    (0.25, 1.5)
    >>> requested_wait({}) is None
    True
    """
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        if value := headers.get(name):
            try:
                return max(float(value) * unit, 0.0)
            except ValueError:
                return _until(value)
    return None


def _until(date: str) -> float | None:
    try:
        return max(parsedate_to_datetime(date).timestamp() - time(), 0.0)
    except (TypeError, ValueError):
        return None


def backoff(refusals: int) -> float:
    """
    Return the seconds to wait after so many refusals in a row, where none of them said how long.

    >>> [backoff(n) for n in (1, 2, 3, 10)]
    [1.0, 2.0, 4.0, 60.0]
    """
    return float(min(FIRST * 2 ** (min(refusals, 10) - 1), MOST))
