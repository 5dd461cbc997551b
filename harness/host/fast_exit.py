"""Ends a process at once."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def at_once(code: int = 0) -> NoReturn:
    """
    End with *code*, having done what was registered for the end.

    Taking an interpreter that has imported LangChain or matplotlib apart costs as much as a slot, and threads that
    were left behind would be waited for.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  there is no other way to do these and no more
    for stream in (sys.stdout, sys.stderr):
        # The reader has closed the pipe; the stream is None if its descriptor was closed from the start.
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)
