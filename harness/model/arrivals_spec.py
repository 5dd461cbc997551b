"""
Reads what an open loop's arrivals are to be, `poisson,rate=50`, and answers when its calls are due.

    words ──► kind + settings ──► due times, and in a trace the lengths of prompts and answers

The kinds are the registry `harness.arrivals`; the keyword arguments of a kind's `due_times` are its settings.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, repeat, takewhile
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from overlap.harness import registry
from overlap.harness.text import settings
from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

Each = TypeVar("Each")
FOLDER = "overlap.harness.arrivals"
SECONDS = 10.0
"""How long calls come in a slot where neither their number nor a time is said, and the kind has no end."""

MOST = 100_000
"""Calls in a slot at most: as many as the mock's journal keeps."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A kind of arrivals with its settings; `words` is how people spell it."""

    words: str
    module: ModuleType
    settings: dict[str, str | float]

    def due_times(self, seed: int) -> Iterator[int]:
        """Yield when each call is due, in ns after the start, never going back."""
        times: Iterator[int] = self.module.due_times(seed, **self.settings)
        return times

    def sizes(self, seed: int) -> Iterator[tuple[int, int] | None]:
        """Yield (prompt tokens, output tokens) of each call where they were recorded; None for each where not."""
        sizes = getattr(self.module, "sizes", None)
        return repeat(None) if sizes is None else sizes(seed, **self.settings)

    @property
    def ends(self) -> bool:
        """Whether its calls end by themselves: a recording's do."""
        return hasattr(self.module, "sizes")

    @property
    def short(self) -> str:
        """The words with a file by its name alone."""
        path = str(self.settings.get("file", ""))
        return self.words.replace(f"file={path}", f"file={Path(path).name}") if path else self.words

    def count(self, seed: int, calls: int | None, seconds: float | None) -> int:
        """
        Return how many calls a slot makes: those due within *seconds*, *calls* at most.

        Raises `Mistake` for none and for more than `MOST`.
        """
        if calls is None and seconds is None and not self.ends:
            seconds = SECONDS
        times: Iterator[int] = islice(self.due_times(seed), calls if calls is not None else MOST + 1)
        if seconds is not None:
            end = round(seconds * 1e9)
            times = takewhile(lambda due: due < end, times)
        number = sum(1 for _ in times)
        if number > MOST:
            raise Mistake(f"arrivals {self.short!r} are more than {MOST} calls a slot; try --calls or --duration")
        if not number:
            within = "" if seconds is None else f" within {exactly(seconds)} s"
            raise Mistake(f"arrivals {self.short!r} have no call{within}")
        return number

    def last(self, seed: int, calls: int) -> int:
        """Return when the last of *calls* is due, in ns after the start."""
        return max(islice(self.due_times(seed), calls), default=0)


def read(words: str, **more: float) -> Arrivals:
    """
    Read *words* such as `gamma,rate=50,cv=3`, with *more* settings that win over those in the words.

    Raises `Mistake`, in one line, for an unknown kind or setting, or a value that makes no sense.
    """
    name, *pairs = settings.parts(words)
    try:
        module = registry.load(FOLDER, name)
    except registry.Unknown as unknown:
        why = (
            str(unknown) if "." in name else f"no arrivals {quoted(name)}; {choices(name, registry.names(FOLDER))}"
        )
        raise Mistake(why) from unknown
    stated = settings.read("arrivals", words, pairs) | {key: f"{value:.6g}" for key, value in more.items()}
    spelled = ",".join([name, *(f"{key}={value}" for key, value in stated.items())])
    arrivals = Arrivals(spelled, module, _settings(name, module, stated))
    try:
        next(arrivals.due_times(0), None)
    except ValueError as wrong:
        raise Mistake(f"arrivals: {name}: {wrong}") from wrong
    return arrivals


def part(times: Iterator[Each], number: int, parts: int) -> Iterator[Each]:
    """
    Yield every *parts*-th of *times*, beginning with the one at *number*: what one of several processes makes.

    >>> list(part(iter([0, 10, 20, 30]), 1, 2))
    [10, 30]
    """
    return islice(times, number, None, parts)


def _settings(name: str, module: ModuleType, stated: dict[str, str]) -> dict[str, str | float]:
    # A setting that is a word of Python, such as `from`, has an underscore behind it in the code.
    parameters = inspect.signature(module.due_times).parameters.values()
    there = {each.name.rstrip("_"): each for each in parameters if each.kind is each.KEYWORD_ONLY}
    for key in stated:
        if key not in there:
            raise Mistake(f"arrivals: {name} has no setting {key!r}; it has: {', '.join(there)}")
    for key, each in there.items():
        if each.default is each.empty and key not in stated:
            raise Mistake(f"arrivals: {name} needs {key}, as in {name},{key}=…")
    return {
        there[key].name: text if there[key].annotation is str else settings.number("arrivals", key, text)
        for key, text in stated.items()
    }
