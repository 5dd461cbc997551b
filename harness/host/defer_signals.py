"""Defers Ctrl-C, SIGTERM and SIGHUP while something is done that could not be repeated."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from overlap.harness.host.interrupt import SIGNALS


@contextmanager
def uninterrupted() -> Iterator[None]:
    """
    Hold back SIGINT, SIGTERM and SIGHUP until the end of the block, and deliver them afterwards.

    Other handlers do this, not a signal mask: the interpreter runs handlers in the main thread, whichever thread
    of the process the signal had reached. In any other thread there is nothing to hold back.
    """
    if current_thread() is not main_thread():
        yield
        return
    received: list[int] = []
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(each, lambda number, _frame: received.append(number))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for number in received[:1]:
        signal.raise_signal(number)
