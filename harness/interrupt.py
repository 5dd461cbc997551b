"""Ctrl-C and SIGTERM that cannot get lost: raised where they arrive, and once more where that was swallowed."""

import signal
from types import FrameType

_asked = False


def catch() -> None:
    """
    Have both signals raise KeyboardInterrupt: a CI runner ends a job with SIGTERM, as orderly as Ctrl-C.

    A shell that started this in the background has told it to ignore Ctrl-C: that is kept.
    """
    global _asked  # noqa: PLW0603  a process has one set of signal handlers
    _asked = False
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    del number, frame
    global _asked  # noqa: PLW0603  see above
    _asked = True
    raise KeyboardInterrupt


def check() -> None:
    """
    Raise KeyboardInterrupt where a signal has come.

    What is raised inside a finalizer, or a hook that runs at a fork, is printed by Python and forgotten. Whoever
    goes on for long asks here between two steps.
    """
    if _asked:
        raise KeyboardInterrupt
