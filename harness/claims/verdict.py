"""The verdict on a claim: one of four words, and the evidence in one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from overlap.harness.text.numerals import count, number
from overlap.harness.text.units import MS, US, in_unit

HOLDS, LIMIT, FALSE, NOT_JUDGED = "holds", "holds with a limit", "false", "not judged"
WORDS = (HOLDS, LIMIT, FALSE, NOT_JUDGED)


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """One of `WORDS`, and what was measured, in one line."""

    word: str
    evidence: str


def ms(ns: float) -> str:
    """
    Write a time.

    >>> ms(107_000_000)
    '107 ms'
    """
    return in_unit(ns, MS)


def us(ns: float) -> str:
    """
    Write a short time.

    >>> us(81_300)
    '81.3 µs'
    """
    return in_unit(ns, US)


def times(ratio: float) -> str:
    """
    Write a ratio.

    >>> times(3.271)
    '3.27 times'
    """
    return f"{number(ratio)} times"


def span(times: Sequence[int]) -> str:
    """
    Write the shortest and the longest of several runs, and how many there were.

    >>> span([107_000_000, 105_000_000, 121_000_000])
    '105 to 121 ms in 3 runs'
    >>> span([107_000_000])
    '107 ms in 1 run'
    """
    shortest, longest = number(min(times) / 1e6), number(max(times) / 1e6)
    between = shortest if shortest == longest else f"{shortest} to {longest}"
    return f"{between} ms in {count(len(times), 'run')}"


def as_long(times: Sequence[int], others: Sequence[int]) -> str:
    """
    Return in words how many times as long *times* are as *others*: from the least that the runs allow to the most.

    >>> as_long([300, 330], [100, 110])
    '2.73 to 3.30 times as long'
    >>> as_long([100, 120], [110, 115])
    'not shown to be longer or shorter'
    """
    low, high = min(times) / max(others), max(times) / min(others)
    if low <= 1 <= high:
        return "not shown to be longer or shorter"
    low_text, high_text = number(low), number(high)
    return f"{low_text if low_text == high_text else f'{low_text} to {high_text}'} times as long"
