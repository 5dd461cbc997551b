"""
Ctrl-C, SIGTERM and SIGHUP: none gets lost, and none spoils what is being put on file.

The first one raises KeyboardInterrupt where it arrives, and once more where that was swallowed. While a run is
being closed they are only noted (`held`); what comes right after the first is part of the same wish.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

# What a process ends with that was interrupted, as shells have it: 128 + SIGINT. All three ask for the same.
CODE = 130
SIGNALS = {
    signal.SIGINT: "Ctrl-C",
    signal.SIGTERM: "SIGTERM",
    signal.SIGHUP: "SIGHUP, as when a terminal is closed",
}
AT_ONCE = 1.0
"""Seconds after a signal in which another one raises nothing: the first is still on its way up."""

HURRY = 0.5  # seconds


class _State:
    """What has come since `catching` began; a process has one set of handlers, and so one state."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self.raised = 0
        self.at = 0.0
        self.held = 0


_state = _State()


@contextmanager
def catching() -> Iterator[None]:
    """
    Have the signals raise KeyboardInterrupt until the end of the block: CI runners end a job with SIGTERM.

    A shell that started this in the background has told it to ignore Ctrl-C, `nohup` has told it to ignore SIGHUP:
    that is kept. Afterwards the handlers are as they were and nothing is remembered, so that whoever called a
    command from Python keeps their own.

    What is swallowed is not lost, and so no traceback is printed of it.
    """
    global _state  # noqa: PLW0603  a process has one set of signal handlers
    before = {number: signal.getsignal(number) for number in SIGNALS}
    outer, _state = _state, _State()
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _arrived)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda told: None if came() and told.exc_type is KeyboardInterrupt else hook(told)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
        _state = outer


def _arrived(number: int, frame: FrameType | None) -> None:
    del frame
    _state.came.append(number)
    if not _state.held and not (_state.raised and monotonic() - _state.at < AT_ONCE):
        _raise()


def _raise() -> None:
    _state.raised, _state.at = len(_state.came), monotonic()
    raise KeyboardInterrupt


def came() -> bool:
    """Return whether a signal has come."""
    return bool(_state.came)


def hurried(patience: float) -> float:
    """Return the seconds that others may take to end: *patience*, or less once somebody waits for us to end."""
    return min(patience, HURRY) if _state.came else patience


def again() -> bool:
    """Return whether another signal has come after the first: somebody does not want to wait for anything more."""
    return len(_state.came) > max(1, _state.raised)


def reason() -> str:
    """Say what interrupted this process."""
    return f"interrupted by {SIGNALS[signal.Signals(_state.came[0])] if _state.came else 'Ctrl-C'}"


def check() -> None:
    """
    Raise KeyboardInterrupt where a signal has come.

    What is raised inside a finalizer, or a hook that runs at a fork, is printed by Python and forgotten. Whoever
    goes on for long asks here between two steps.
    """
    if _state.came:
        _raise()


@contextmanager
def held() -> Iterator[None]:
    """Only note signals until the end of the block, but for what is `listening` in it."""
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1


@contextmanager
def listening() -> Iterator[None]:
    """Let signals raise again, within `held`; where one has come already, this raises at once."""
    before, _state.held = _state.held, 0
    try:
        check()
        yield
    finally:
        _state.held = before
