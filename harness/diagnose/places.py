"""Whose code runs: the application's own, or a library's; and where in it, in words that can be shown."""

import linecache
import sys
import sysconfig
from dataclasses import asdict, dataclass
from functools import cache
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from pathlib import Path
from types import FrameType
from typing import Any

from overlap.harness.host.secrets import masked

LONGEST_TEXT = 60
_OURS = str(Path(__file__).parents[1])
_LIBRARIES = tuple(sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib"))


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A line of the application: `file` as its author calls it, `path` as Python does."""

    file: str
    line: int
    function: str
    text: str
    path: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


@cache
def own(path: str) -> bool:
    """Return whether the file at *path* is the application's: not a library's, not ours, not Python's."""
    return not path.startswith(("<", _OURS, *_LIBRARIES)) and "site-packages" not in path


def place(frame: FrameType) -> SourcePlace:
    """Return where *frame* is just now."""
    path, line = frame.f_code.co_filename, frame.f_lineno
    return SourcePlace(Path(path).name, line, frame.f_code.co_name, _short(path, line), path)


def _short(path: str, line: int) -> str:
    """Return a line of code so that it can stand in a sentence: without its comment, and not too long."""
    text = masked(linecache.getline(path, line).strip().partition("  #")[0].rstrip())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def caller(frame: FrameType | None = None) -> SourcePlace | None:
    """Return the innermost line of the application's that led to *frame* (default: here); None if none did."""
    # inspect.stack would read source files, which costs milliseconds.
    at: FrameType | None = frame or sys._getframe(1)  # noqa: SLF001  it is documented
    while at is not None:
        if own(at.f_code.co_filename):
            return place(at)
        at = at.f_back
    return None


def holder(frame: FrameType) -> tuple[SourcePlace, SourcePlace] | None:
    """
    Return which line of the application holds the loop whose innermost frame is *frame*, and the line within.

    The first is where the nearest coroutine stands, if that is the application's: there it can be mended. Where it
    is a library's, it is the application's plain function that the library called. None if it called none: then
    the library is at work, as it is in every call.
    """
    inner: SourcePlace | None = None
    at: FrameType | None = frame
    while at is not None:
        code = at.f_code
        mine = own(code.co_filename)
        if mine and inner is None:
            inner = place(at)
        if code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR):
            return (place(at), inner) if mine and inner else (inner, inner) if inner else None
        at = at.f_back
    return None
