"""Puts off Ctrl-C while something is done that could not be done again."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any


@contextmanager
def uninterrupted() -> Iterator[None]:
    """
    Hold back SIGINT and SIGTERM until the end of the block, and let them have their way then.

    By other handlers and not by a signal mask: the interpreter runs handlers in the main thread, whichever thread
    of the process the signal had reached. Elsewhere than in the main thread there is nothing to hold back.
    """
    if current_thread() is not main_thread():
        yield
        return
    came: list[tuple[int, Any]] = []
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in before:
        signal.signal(each, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for number, _ in came[:1]:
        signal.raise_signal(number)
