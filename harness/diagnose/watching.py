"""
Watches a slot from a thread of its own: which line holds the event loop, what keeps the executor's threads busy.

A heartbeat of the loop says when it last turned; where that is too long ago, the loop's stack is looked at. A look
costs some 20 microseconds every two milliseconds, so nothing that is timed is watched.
"""

import sys
from collections.abc import Callable
from threading import Event, Thread, get_ident
from time import monotonic_ns
from types import FrameType
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.places import caller, holder
from overlap.harness.model.record import Lag
from overlap.harness.worker.heartbeat import Heartbeat

LOOK = 2_000_000
TURN = 3_000_000
# A loop that has not turned for so long is held by something.
HELD = 8_000_000


class Watch(Heartbeat):
    """A heartbeat whose loop is watched from `start` to `stop`; takes the place of the slot's own."""

    notes: Notes = Notes()

    def start(self) -> None:
        """Begin; of several, as of a warm-up and the timed part, the last one's times are kept."""
        self.notes.restart("held", "busy")
        self._turned, self._thread, self._over = monotonic_ns(), get_ident(), Event()
        self._turn()
        self._watcher = Thread(target=self._watch, daemon=True)
        self.notes.measuring = True
        self._watcher.start()
        super().start()

    def _turn(self) -> None:
        self._turned = monotonic_ns()
        if not self._over.is_set():
            self._loop.call_later(TURN / 1e9, self._turn)

    def stop(self) -> Lag | None:
        """End."""
        lag = super().stop()
        self.notes.measuring = False
        self._over.set()
        self._watcher.join()
        return lag

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
        if frame and (found := holder(frame)):
            where, inner = found
            said = f"`{where.text}`" if inner.function == where.function else f"{inner.function}()"
            about = {**where.facts, "inner": said, "inner_at": f"{inner.file}:{inner.line}"}
            self.notes.add("held", about, took=took)

    def _busy(self, frames: dict[int, FrameType], took: int) -> None:
        for thread, frame in frames.items():
            if thread not in {self._thread, get_ident()} and (where := caller(frame)):
                self.notes.add("busy", {**where.facts}, took=took)


def watching(blocking: Callable[..., Any], notes: Notes) -> Callable[..., Any]:
    """Answer *blocking*, which times a plain strategy, with notes taken meanwhile; there is no loop to be held."""

    def timed(*args: Any) -> Any:
        notes.measuring = True
        try:
            return blocking(*args)
        finally:
            notes.measuring = False

    return timed
