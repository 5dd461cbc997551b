"""What becomes of a claim: one of four words, and the evidence in one line; judges that answer in any case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from harness.report.figures import number

HOLDS, LIMIT, FALSE, NOT_JUDGED = "holds", "holds with a limit", "false", "not judged"
WORDS = (HOLDS, LIMIT, FALSE, NOT_JUDGED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of `WORDS`, and what was measured, in one line."""

    word: str
    evidence: str


class Unmeasured(LookupError):
    """A judge asked for a fact that was not measured; the message names it."""


class Facts(dict[str, Any]):
    """What was measured, by name. To ask for what is not there, or is None, raises `Unmeasured`."""

    def __getitem__(self, name: str) -> Any:
        found = self.get(name)
        if found is None:
            raise Unmeasured(f"{name} was not measured")
        return Facts(found) if isinstance(found, dict) else found


Judge = Callable[[Facts], Verdict]


def total(judge: Judge) -> Callable[[Mapping[str, Any]], Verdict]:
    """Make of *judge* one that answers "not judged", and why, where what it needs was not measured."""

    @wraps(judge)
    def judged(facts: Mapping[str, Any]) -> Verdict:
        try:
            return judge(Facts(facts))
        except (LookupError, ZeroDivisionError) as lacking:
            why = lacking.args[0] if isinstance(lacking, Unmeasured) else f"too little was measured ({lacking!r})"
            return Verdict(NOT_JUDGED, str(why))

    return judged


def ms(ns: float) -> str:
    """
    Write a time.

    >>> ms(107_000_000)
    '107 ms'
    """
    return f"{number(ns / 1e6)} ms"


def us(ns: float) -> str:
    """
    Write a short time.

    >>> us(81_300)
    '81.3 µs'
    """
    return f"{number(ns / 1e3)} µs"


def times(ratio: float) -> str:
    """
    Write a ratio.

    >>> times(3.271)
    '3.27 times'
    """
    return f"{number(ratio)} times"
