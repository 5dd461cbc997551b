"""The lines of one file of a run, read one by one: a line that does not count is left out and told."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson

from overlap.harness.host import input_files
from overlap.harness.text.mistakes import Mistake

Made = TypeVar("Made")

UNREADABLE = "could not be read and {is_} left out"
CHANGED = "changed since {it_was} written and {is_} left out"
IMPOSSIBLE = "say{s} what cannot be and {is_} left out"
AGAIN = "{is_} there twice and count{s} once"
STRAY = "{is_} of a cell that run.json does not name, and {is_} left out"

LONGEST = 64 * input_files.MIB
"""The most bytes of a line. A call whose answer has the most tokens that the mock gives has a tenth of it."""


@dataclass(slots=True)
class Lines:
    """
    The lines of one file of a run; `left_out` counts those that do not count, by what is wrong with them.

    *torn*: a last line without an end is what a process was writing when it was killed, and no damage.
    """

    path: Path
    torn: bool = False
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def read(self, make: Callable[[Any], Made]) -> Iterator[tuple[int, bytes, Made]]:
        """Yield each line that can be read: its number, its bytes, and what *make* makes of its JSON."""
        if not self.path.exists():
            return
        try:
            # A run has as many lines as it has; what no file of lines may be is a pipe, a device or a folder.
            file = input_files.checked(self.path, most=sys.maxsize, shown=self.path.name).open("rb")
        except (OSError, Mistake) as wrong:
            why = f"cannot read {self.path.name}: {wrong.strerror}" if isinstance(wrong, OSError) else str(wrong)
            self.unread.append(f"{why}, so nothing of it counts")
            return
        with file:
            for number, raw in enumerate(_each(file), 1):
                if self.torn and raw and not raw.endswith(b"\n"):
                    return
                try:
                    record = make(orjson.loads(raw))
                except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                    self.leave_out(UNREADABLE, number)
                else:
                    yield number, raw, record

    def leave_out(self, kind: str, number: int, why: str = "") -> None:
        """Note that line *number* does not count."""
        self.left_out[kind] += 1
        self.first.setdefault(kind, f"line {number}{f': {why}' if why else ''}")

    @property
    def faults(self) -> Iterator[str]:
        """A sentence for each kind of line that does not count, and for a file that cannot be read at all."""
        yield from self.unread
        for kind, many in self.left_out.items():
            words = (
                {"is_": "is", "it_was": "it was", "s": "s"}
                if many == 1
                else {"is_": "are", "it_was": "they were", "s": ""}
            )
            lines = f"{many:,} line{'' if many == 1 else 's'}"
            first = self.first[kind] if many == 1 else f"the first is {self.first[kind]}"
            yield f"{lines} of {self.path.name} {kind.format(**words)} ({first})"


def _each(file: BinaryIO) -> Iterator[bytes]:
    """Yield each line of *file*; of one that is longer than any can be nothing, so that it needs no memory."""
    while raw := file.readline(LONGEST):
        if len(raw) < LONGEST or raw.endswith(b"\n"):
            yield raw
            continue
        while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
            pass
        yield b""
