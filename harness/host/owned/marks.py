"""Finds processes by the marks that their environment carries, which all that they start inherit."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

VARIABLE = "OVERLAP_OWNERS"
"""In this environment variable a process has the marks of all that started it, separated by spaces."""

PATIENCE = 2.0  # seconds for the kernel to end what was told to end: memory by the gigabyte takes a while to free


def end_marked(mark: str, patience: float = PATIENCE) -> int:
    """
    End every process that carries *mark*, but not this one, and return how many there were.

    Looks again until none is left: one that was just about to start another is seen to have done so.
    """
    end, ended = monotonic() + patience, set[int]()
    while killed := set(_kill(mark)):
        ended |= killed
        if monotonic() > end:
            break
        sleep(0.005)
    return len(ended)


def marked_with(mark: str) -> list[int]:
    """Return the ids of all processes that carry *mark*; none where the system has no /proc."""
    pids = []
    for name in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208  a name each, and no more
        if name.isdigit():
            with suppress(OSError):
                pids += [int(name)] if mark in _marks(int(name)) else []
    return pids


def _kill(mark: str) -> Iterator[int]:
    """Kill those that carry *mark* now and yield their ids; none where the system has no /proc."""
    processes = os.listdir("/proc") if sys.platform == "linux" else ()  # noqa: PTH208  a name each, and no more
    for name in processes:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        # Another user's process, or one that has ended meanwhile. What is killed is what was looked at, even if
        # its id has become another process's.
        with suppress(OSError), _process(int(name)) as process:
            if mark in _marks(int(name)):
                signal.pidfd_send_signal(process, signal.SIGKILL)
                yield int(name)


@contextmanager
def _process(pid: int) -> Iterator[int]:
    process = os.pidfd_open(pid)
    try:
        yield process
    finally:
        os.close(process)


def _marks(pid: int) -> list[str]:
    beginning = f"{VARIABLE}=".encode()
    for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
        if variable.startswith(beginning):
            return variable[len(beginning) :].decode("ascii", "replace").split()
    return []
