"""
Standard output and standard error of a command, whose reader may be gone, full, or without the letters we use.

A run must not end, or lose what it measured, because its output is not read. What cannot be written is dropped,
and the process says so by its exit code at its end.
"""

import codecs
import errno
import io
import os
import select
import signal
import sys
import unicodedata

ERRORS = "overlap"
# What a terminal without Unicode is shown instead; anything else is taken apart, or shown as a question mark.
PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u2500\u2501\u254c\u2574\u2576\u2578\u257a", "-"),
    **dict.fromkeys("\u2502\u2503", "|"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2018\u2019", "'"),
    "…": "...",
    "\u00d7": "x",
    "÷": "/",
    "·": "-",
    "•": "*",
    "µ": "u",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
}


class Outlet(io.FileIO):
    """A file descriptor that takes everything; `wrong` is the first error there was in passing it on."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.wrong: OSError | None = None

    def write(self, content: object) -> int:
        """Pass *content* on, or drop it where that cannot be done."""
        view = memoryview(content).cast("B")  # type: ignore[arg-type]
        try:
            # A reader that set the pipe not to wait is waited for.
            while (passed := super().write(view)) is None:
                select.select([], [self], [])
        except OSError as wrong:
            self.wrong = self.wrong or wrong
            return view.nbytes
        return passed


def replaced(wrong: UnicodeError) -> tuple[str, int]:
    """Say letters that an encoding does not have in letters that all of them have."""
    if not isinstance(wrong, UnicodeEncodeError):
        raise wrong
    return "".join(map(_plain, wrong.object[wrong.start : wrong.end])), wrong.end


def _plain(letter: str) -> str:
    replacement = PLAIN.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return replacement or "?"


def guard() -> None:
    """Make standard output and error such that writing to them cannot fail, whatever they are."""
    codecs.register_error(ERRORS, replaced)
    _occupy()
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        before = getattr(sys, name)
        plain = getattr(before, "encoding", None) or "utf-8"
        stream = io.TextIOWrapper(
            io.BufferedWriter(Outlet(descriptor)),
            encoding=plain,
            errors=ERRORS,
            line_buffering=getattr(before, "line_buffering", False),
            write_through=getattr(before, "write_through", False),
        )
        setattr(sys, name, stream)


def _occupy() -> None:
    """Give a closed standard descriptor to the null device, or the next file that is opened would become it."""
    while (free := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(free, True)  # noqa: FBT003  the function takes it by position
    os.close(free)


def settled(code: int, *, shows: bool) -> int:
    """
    Return the exit code of a process that would end with *code*, once all it has said is passed on.

    Where standard output could not be written that is 1, and a line says why. A reader that has left has seen what
    it wanted: what only *shows* things is then ended by SIGPIPE, as `cat` is; what measured has its own code.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    wrong = raw.wrong if isinstance(raw, Outlet) else None
    if wrong is None or wrong.errno == errno.EIO:  # its terminal is gone
        return code
    if wrong.errno == errno.EPIPE:
        if shows and code == 0:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGPIPE)
        return code
    print(f"overlap: cannot write to standard output: {wrong.strerror}", file=sys.stderr, flush=True)
    return code or 1
