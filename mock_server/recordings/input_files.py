"""Reading a file that the server's owner named: a regular one of a bounded size, or one line that says why not."""

import os
import stat
from pathlib import Path

LARGEST = 64 * 1024 * 1024
"""The most bytes that a recording, a trace or a configuration may have."""


def content(path: str | Path, largest: int = LARGEST) -> bytes:
    """
    Return the bytes of the regular file at *path*.

    Raises `OSError`, in one line, for what is no regular file or has more than *largest* bytes. Opening never
    waits, as it would for a pipe without a writer.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError:  # a zero byte in the name
        raise OSError("no file can have such a name") from None
    with open(number, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError("it is not a regular file")
        read = file.read(largest + 1)
    if len(read) > largest:
        raise OSError(f"it has more than {largest // 1024 // 1024} MB")
    return read
