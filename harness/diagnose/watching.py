"""
Watches a slot from a thread of its own: which line holds the event loop, what keeps the executor's threads busy.

A timer of the loop says when it last turned; where that is too long ago, the loop's stack is looked at. A look
costs some 20 microseconds every two milliseconds, so nothing that is timed is watched.
"""

import asyncio
import sys
from threading import Event, Thread, get_ident
from time import monotonic_ns
from types import FrameType

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.places import caller, holder

LOOK = 2_000_000
TURN = 3_000_000
# A loop that has not turned for so long is held by something.
HELD = 8_000_000


class Watcher:
    """Takes *notes* while calls are made: the slot tells it when they begin, and when they have ended."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._loop: asyncio.AbstractEventLoop | None = None

    def began(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """
        Begin; of several times, as for warm-up calls and those that are timed, the last one's times are kept.

        Without a *loop* there is none to be held, and nothing is looked at.
        """
        self._loop = loop
        if loop:
            self._notes.restart("held", "busy")
            self._turned, self._thread, self._over = monotonic_ns(), get_ident(), Event()
            self._turn()
            self._watcher = Thread(target=self._watch, daemon=True)
            self._watcher.start()
        self._notes.measuring = True

    def _turn(self) -> None:
        self._turned = monotonic_ns()
        if self._loop and not self._over.is_set():
            self._loop.call_later(TURN / 1e9, self._turn)

    def ended(self) -> None:
        """End."""
        self._notes.measuring = False
        if self._loop:
            self._over.set()
            self._watcher.join()

    def _watch(self) -> None:
        last = monotonic_ns()
        while not self._over.wait(LOOK / 1e9):
            now = monotonic_ns()
            frames = sys._current_frames()  # noqa: SLF001  it is documented
            if now - self._turned > HELD:
                self._held(frames.get(self._thread), now - last)
            self._busy(frames, now - last)
            last = now

    def _held(self, frame: FrameType | None, took: int) -> None:
        if frame and (places := holder(frame)):
            where, inner = places
            text = f"`{where.text}`" if inner.function == where.function else f"{inner.function}()"
            about = {**where.facts, "inner": text, "inner_at": f"{inner.file}:{inner.line}"}
            self._notes.add("held", about, took=took)

    def _busy(self, frames: dict[int, FrameType], took: int) -> None:
        for thread, frame in frames.items():
            if thread not in {self._thread, get_ident()} and (where := caller(frame)):
                self._notes.add("busy", {**where.facts}, took=took)
