"""An alarm for an absolute time: a timerfd where there is one, else the event loop's own timer."""

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

_CLOCK_MONOTONIC = 1
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC if hasattr(os, "O_CLOEXEC") else 0
_ABSOLUTE = 1


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("due", _Timespec))


class KernelTimer:
    """Linux's timerfd on CLOCK_MONOTONIC: fires within tens of microseconds of the time, and never before it."""

    kind = "timerfd"

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        """Raise OSError or AttributeError where the platform has no timerfd."""
        libc = ctypes.CDLL(None, use_errno=True)
        self._settime = libc.timerfd_settime
        self._fd = libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _Itimerspec()
        self._address = ctypes.byref(self._spec)
        self._loop = loop
        self._ring = ring
        loop.add_reader(self._fd, ring)

    def arm(self, due: int | None) -> None:
        """
        Ring at *due*, in ns of the monotonic clock, or at once if that has passed; None: not any more.

        Setting the time also takes back an expiry that was not read, so the descriptor is never read at all. Who
        is rung must therefore arm it again, or it rings on.
        """
        due = 0 if due is None else max(due, 1)  # zero disarms it
        self._spec.due.seconds, self._spec.due.nanoseconds = divmod(due, 10**9)
        self._settime(self._fd, _ABSOLUTE, self._address, None)

    def close(self) -> None:
        """Give the descriptor back."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


class EventLoopTimer:
    """The event loop's timer: whole milliseconds on uvloop, and up to one early, so it may have to ring twice."""

    kind = "loop timer"

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def arm(self, due: int | None) -> None:
        """Ring at *due* or somewhat later, in ns of the monotonic clock; None: not any more."""
        if self._handle is not None:
            self._handle.cancel()
        if due is not None:
            self._handle = self._loop.call_later(max(due - time.monotonic_ns(), 0) / 1e9, self._ring)

    def close(self) -> None:
        """Ring no more."""
        if self._handle is not None:
            self._handle.cancel()


def best(loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> KernelTimer | EventLoopTimer:
    """Return the most exact alarm that this platform has."""
    try:
        return KernelTimer(loop, ring)
    except (OSError, AttributeError):
        return EventLoopTimer(loop, ring)
