"""Appends to a file all of what is given, or nothing."""

import os
from contextlib import suppress
from pathlib import Path


def opened(path: Path) -> int:
    """Open *path* to append to it, and return its descriptor; no process that is started inherits it."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)


def append(file: int, content: bytes) -> int:
    """Append all of *content* or nothing, and return where it begins; raises OSError if there is no room."""
    end = os.fstat(file).st_size
    rest = memoryview(content)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, end)
        raise
    return end
