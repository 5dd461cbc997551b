"""
Ctrl-C, SIGTERM and SIGHUP: none gets lost, and none spoils a file that is being written.

The first one raises KeyboardInterrupt where it arrives, and once more if that was swallowed. While a run is
being closed they are only noted (`held`); one that follows within `AT_ONCE` counts as the same.
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
    """The signals received since `catching` began; a process has one set of handlers, and so one state."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.raised = 0
        self.at = 0.0
        self.held = 0


_state = _State()


@contextmanager
def catching() -> Iterator[None]:
    """
    Have the signals raise KeyboardInterrupt until the end of the block: CI runners end a job with SIGTERM.

    A shell that started this in the background has told it to ignore Ctrl-C, `nohup` has told it to ignore SIGHUP:
    that is kept. Afterwards the handlers are as they were and nothing is remembered, so that a program that calls
    a command from Python keeps its own.

    A KeyboardInterrupt that a finalizer swallows has been recorded, so `unraisablehook` prints no traceback of it.
    """
    global _state  # noqa: PLW0603  a process has one set of signal handlers
    before = {number: signal.getsignal(number) for number in SIGNALS}
    outer, _state = _state, _State()
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _arrived)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda args: None if came() and args.exc_type is KeyboardInterrupt else hook(args)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
        _state = outer


def _arrived(number: int, frame: FrameType | None) -> None:
    del frame
    _state.received.append(number)
    if not _state.held and not (_state.raised and monotonic() - _state.at < AT_ONCE):
        _raise()


def _raise() -> None:
    _state.raised, _state.at = len(_state.received), monotonic()
    raise KeyboardInterrupt


def came() -> bool:
    """Return whether a signal has come."""
    return bool(_state.received)


def hurried(patience: float) -> float:
    """Return the seconds that children may take to end: *patience*, or `HURRY` once a signal has come."""
    return min(patience, HURRY) if _state.received else patience


def again() -> bool:
    """Return whether another signal has come after the first: then nothing more is waited for."""
    return len(_state.received) > max(1, _state.raised)


def reason() -> str:
    """Say what interrupted this process."""
    return f"interrupted by {SIGNALS[signal.Signals(_state.received[0])] if _state.received else 'Ctrl-C'}"


def check() -> None:
    """
    Raise KeyboardInterrupt if a signal has come.

    Python prints and forgets what is raised inside a finalizer or a hook that runs at a fork. So code that
    runs for long calls this between two steps.
    """
    if _state.received:
        _raise()


@contextmanager
def held() -> Iterator[None]:
    """Note signals without raising until the end of the block, except in a `listening` block within it."""
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
