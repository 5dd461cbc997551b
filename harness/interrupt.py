"""Ctrl-C and SIGTERM that cannot get lost: raised where they arrive, and once more where that was swallowed."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What a process ends with that was interrupted, as shells have it: 128 + SIGINT.
CODE = 130

HURRY = 0.5  # seconds

_asked = False


@contextmanager
def catching() -> Iterator[None]:
    """
    Have both signals raise KeyboardInterrupt until the end of the block: CI runners end a job with SIGTERM.

    A shell that started this in the background has told it to ignore Ctrl-C: that is kept. Afterwards the handlers
    are as they were and nothing is remembered, so that whoever called a command from Python keeps their own.

    What is swallowed is not lost, and so no traceback is printed of it.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    _remember(asked=False)
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _raise)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda told: None if _asked and told.exc_type is KeyboardInterrupt else hook(told)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
        _remember(asked=False)


def _remember(*, asked: bool) -> None:
    global _asked  # noqa: PLW0603  a process has one set of signal handlers
    _asked = asked


def _raise(number: int, frame: FrameType | None) -> None:
    del number, frame
    _remember(asked=True)
    raise KeyboardInterrupt


def asked() -> bool:
    """Return whether a signal has come."""
    return _asked


def hurried(patience: float) -> float:
    """Return the seconds that others may take to end: *patience*, or less once somebody waits for us to end."""
    return min(patience, HURRY) if _asked else patience


def check() -> None:
    """
    Raise KeyboardInterrupt where a signal has come.

    What is raised inside a finalizer, or a hook that runs at a fork, is printed by Python and forgotten. Whoever
    goes on for long asks here between two steps.
    """
    if _asked:
        raise KeyboardInterrupt
