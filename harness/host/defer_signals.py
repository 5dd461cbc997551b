"""Puts off Ctrl-C and its like while something is done that could not be done again."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from overlap.harness.host.interrupt import SIGNALS


@contextmanager
def uninterrupted() -> Iterator[None]:
    """
    Hold back SIGINT, SIGTERM and SIGHUP until the end of the block, and let them have their way then.

    By other handlers and not by a signal mask: the interpreter runs handlers in the main thread, whichever thread
    of the process the signal had reached. Elsewhere than in the main thread there is nothing to hold back.
    """
    if current_thread() is not main_thread():
        yield
        return
    came: list[int] = []
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(each, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for number in came[:1]:
        signal.raise_signal(number)
