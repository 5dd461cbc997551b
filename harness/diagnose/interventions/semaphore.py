"""Semaphores inside the application, and max_concurrency, as wide as the calls asked for."""

import asyncio
import threading
from collections.abc import Callable
from sys import _getframe
from time import monotonic_ns
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Note, Observation, at
from overlap.harness.diagnose.patching import replace
from overlap.harness.diagnose.places import SourcePlace, caller, own

KIND = "trap"
HEADLINE = "p95"
NOTHING = "no call waited for a semaphore"
CLASSES = (asyncio.Semaphore, asyncio.BoundedSemaphore, threading.Semaphore, threading.BoundedSemaphore)
# A wait that is not worth a sentence: a turn of the loop.
WORTH = 5_000_000


def _limit(value: int) -> SourcePlace | None:
    """Return where the application asks for a limit of *value*; None for a library's own bookkeeping."""
    # Three frames out: the wrapper, and what made the semaphore.
    maker = _getframe(2).f_globals.get("__name__", "")
    asks = own(_getframe(2).f_code.co_filename) or maker.startswith("langchain_core")
    return caller() if asks and value >= 1 else None


def watch(notes: Notes) -> None:
    """Note each semaphore of the application's, and how long calls waited for it."""
    semaphores: dict[int, dict[str, Any]] = {}

    def noted(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, value: int = 1, **kwargs: Any) -> None:
            original(self, value, **kwargs)
            if where := _limit(value):
                semaphores[id(self)] = {**where.facts, "value": value}

        return init

    replace(CLASSES, "__init__", noted)
    _watch_waits(notes, semaphores)


def _watch_waits(notes: Notes, semaphores: dict[int, dict[str, Any]]) -> None:
    """Note how long calls wait for those that were *semaphores*, by their id."""

    def note(semaphore: Any, began: int) -> None:
        took = monotonic_ns() - began
        if notes.measuring and id(semaphore) in semaphores and took > WORTH:
            notes.add("semaphore", semaphores[id(semaphore)], took=took)

    def awaited(original: Callable[..., Any]) -> Callable[..., Any]:
        async def acquire(self: Any) -> Any:
            began = monotonic_ns()
            try:
                return await original(self)
            finally:
                note(self, began)

        return acquire

    def blocking(original: Callable[..., Any]) -> Callable[..., Any]:
        def acquire(self: Any, *args: Any, **kwargs: Any) -> Any:
            began = monotonic_ns()
            try:
                return original(self, *args, **kwargs)
            finally:
                note(self, began)

        return acquire

    replace([asyncio.Semaphore], "acquire", awaited)
    replace([threading.Semaphore], "acquire", blocking)
    # `with` calls what was bound as acquire when the class was made.
    threading.Semaphore.__enter__ = threading.Semaphore.acquire  # type: ignore[method-assign]


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Lift them to the number of calls in flight, where calls waited."""
    return {"least": seen.concurrency} if _waited(seen) else None


def _waited(seen: Observation) -> list[Note]:
    return [note for note in seen.of("semaphore") if note["value"] < seen.concurrency]


def apply(least: int) -> None:
    """Make every limit of the application's at least *least* wide."""

    def around(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, value: int = 1, **kwargs: Any) -> None:
            original(self, max(value, least) if _limit(value) else value, **kwargs)

        return init

    replace(CLASSES, "__init__", around)


def title(seen: Observation) -> str:
    """Name the semaphore that calls waited longest for."""
    note = _waited(seen)[0]
    return f"a limit of {note['value']} calls at a time ({at(note)})"


def advice(seen: Observation) -> str:
    """Return in words which number to raise."""
    note = _waited(seen)[0]
    return f"{at(note)}: `{note['text']}`: raise {note['value']} to what the provider allows, or take it out"
