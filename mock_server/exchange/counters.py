"""Counters shared by all workers of a server: requests in flight, their peak, and the number of each request."""

import mmap
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

_IN_FLIGHT, _PEAK, _REQUESTS, _UNTAGGED, _CONNECTIONS, _BUSY, _WAITING = range(7)


class CounterValues(Protocol):
    """Whole numbers by place: a list, or memory that processes share."""

    def __getitem__(self, place: int, /) -> int:
        """Return a number."""

    def __setitem__(self, place: int, number: int, /) -> None:
        """Set one."""


class Counts:
    """
    Counters of a server.

    `shared` ones lie in memory that forked processes have in common, under a lock; those of a single process in a
    list, under none.
    """

    def __init__(self, numbers: CounterValues, lock: AbstractContextManager[object]) -> None:
        self._numbers = numbers
        self._lock = lock

    @classmethod
    def own(cls) -> "Counts":
        """Make the counters of a single process."""
        return _Own([0] * 7, nullcontext())

    @classmethod
    def shared(cls) -> "Counts":
        """Make counters that processes forked from this one share."""
        from multiprocessing import get_context  # not for the counters of a single process

        return cls(memoryview(mmap.mmap(-1, 7 * 8)).cast("q"), get_context("fork").Lock())

    def _next(self, place: int) -> int:
        with self._lock:
            self._numbers[place] += 1
            return self._numbers[place]

    def began(self) -> None:
        """Count a request in flight."""
        numbers = self._numbers
        with self._lock:
            numbers[_IN_FLIGHT] += 1
            numbers[_PEAK] = max(numbers[_PEAK], numbers[_IN_FLIGHT])

    def ended(self) -> None:
        """Count it no more."""
        with self._lock:
            self._numbers[_IN_FLIGHT] -= 1

    def peak(self) -> int:
        """Return the most requests in flight since this was last asked; it starts again from those of now."""
        with self._lock:
            highest = self._numbers[_PEAK]
            self._numbers[_PEAK] = self._numbers[_IN_FLIGHT]
        return highest

    def request(self) -> int:
        """Return the number of a new request, from 1."""
        return self._next(_REQUESTS)

    def untagged(self) -> int:
        """Return the number of a new request without a tag, from 1."""
        return self._next(_UNTAGGED)

    def afresh(self) -> None:
        """Number requests from 1 again, those without a tag too."""
        with self._lock:
            self._numbers[_REQUESTS] = self._numbers[_UNTAGGED] = 0

    def connection(self) -> int:
        """Return the number of a new connection, from 1."""
        return self._next(_CONNECTIONS)

    def load(self, busy: int, waiting: int) -> None:
        """Note how many requests hold a slot and how many wait for one."""
        self._numbers[_BUSY], self._numbers[_WAITING] = busy, waiting

    @property
    def busy(self) -> int:
        """How many requests hold a slot."""
        return self._numbers[_BUSY]

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        return self._numbers[_WAITING]


class _Own(Counts):
    """Counters of a single process: the two that each request needs take no lock, which costs as much."""

    def began(self) -> None:
        """Count a request in flight."""
        numbers = self._numbers
        now = numbers[_IN_FLIGHT] = numbers[_IN_FLIGHT] + 1
        numbers[_PEAK] = max(numbers[_PEAK], now)

    def ended(self) -> None:
        """Count it no more."""
        self._numbers[_IN_FLIGHT] -= 1
