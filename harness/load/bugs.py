"""Bugs of a locustfile: what its users raise outside of calls, counted by kind and place."""

from collections import Counter
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any

_LONGEST = 200


class Bugs:
    """Counts what users raise; *file* is the locustfile, whose lines are the ones to be named."""

    def __init__(self, file: str | None) -> None:
        self._file = None if file is None else str(Path(file).resolve())
        self._counts: Counter[str] = Counter()
        self._messages: dict[str, str] = {}

    def note(self, user_instance: Any, exception: BaseException, tb: TracebackType | None, **_: Any) -> None:
        """Note one; the signature is that of Locust's event `user_error`."""
        where = f"{type(exception).__name__} in {self._place(user_instance, tb)}"
        self._counts[where] += 1
        self._messages.setdefault(where, " ".join(str(exception).split())[:_LONGEST])

    def take(self) -> list[tuple[str, int, str]]:
        """Return kind and place, how often since this was last asked, and what the first one said."""
        taken = [(where, number, self._messages[where]) for where, number in self._counts.items()]
        self._counts.clear()
        return taken

    def _place(self, user: Any, tb: TracebackType | None) -> str:
        """Return function, file and line: the innermost ones of the locustfile, else the innermost of all."""
        frames = extract_tb(tb)
        own = [each for each in frames if self._file and str(Path(each.filename).resolve()) == self._file]
        if not frames:
            return type(user).__name__
        last = (own or frames)[-1]
        return f"{last.name} ({Path(last.filename).name}, line {last.lineno})"
