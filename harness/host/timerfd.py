"""
Rings at an absolute time: a timerfd that the event loop watches, or else the loop's own timer.

asyncio's selector rounds a wait up to whole milliseconds, and uvloop's timers tick in them and may fire early. A
timerfd rings within tens of microseconds of its time and never before it, on either loop.
"""

import asyncio
import ctypes
import os
from collections.abc import Callable
from time import monotonic_ns

_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("due", _Timespec))


class TimerFd:
    """Linux's timerfd; raises OSError or AttributeError where the platform has none."""

    kind = "timerfd"

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._settime = libc.timerfd_settime
        self._fd = libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec, self._loop = _Itimerspec(), loop
        loop.add_reader(self._fd, ring)

    def arm(self, due: int) -> None:
        """
        Ring at *due*, in ns of the monotonic clock, or at once if that has passed.

        Setting the time takes an expiry back that was not read: who is rung arms it again or closes it.
        """
        self._spec.due.seconds, self._spec.due.nanoseconds = divmod(max(due, 1), 10**9)
        self._settime(self._fd, _ABSOLUTE, ctypes.byref(self._spec), None)

    def close(self) -> None:
        """Give the descriptor back."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


class LoopTimer:
    """The event loop's timer: exact to a millisecond or two, and it may ring early."""

    kind = "loop timer"

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop, self._ring = loop, ring
        self._handle: asyncio.TimerHandle | None = None

    def arm(self, due: int) -> None:
        """Ring at about *due*, in ns of the monotonic clock."""
        self.close()
        self._handle = self._loop.call_later(max(0, due - monotonic_ns()) / 1e9, self._ring)

    def close(self) -> None:
        """Ring no more."""
        if self._handle:
            self._handle.cancel()


def best(loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> TimerFd | LoopTimer:
    """Return the most exact alarm that this platform and this loop have; *ring* must bear being rung early."""
    try:
        return TimerFd(loop, ring)
    except (OSError, AttributeError, NotImplementedError):
        return LoopTimer(loop, ring)
