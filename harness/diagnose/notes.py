"""
What is seen in one watched slot of the unchanged application: counts and times by topic and place.

Watchers write here from whatever thread they run in. What is noted before the clock starts stays, since limits
and clients are made then; times of lines that run are started anew with the clock.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

Note = dict[str, Any]


class Notes:
    """A book of notes; `measuring` tells whether the clock runs."""

    def __init__(self) -> None:
        self.measuring = False
        self._found: dict[str, dict[str, Note]] = {}
        self._lock = Lock()
        self._last: list[Callable[[], None]] = []

    def add(self, topic: str, about: Mapping[str, Any], *, took: int = 0, times: int = 1) -> None:
        """Count one more of what *about* says of *topic*, which took *took* ns."""
        key = repr(sorted(about.items()))
        with self._lock:
            note = self._found.setdefault(topic, {}).setdefault(key, {**about, "count": 0, "took": 0})
            note["count"] += times
            note["took"] += took

    def restart(self, *topics: str) -> None:
        """Forget what was noted of *topics*: warm-up calls import modules, which holds the loop only once."""
        with self._lock:
            for topic in topics:
                self._found.pop(topic, None)

    def at_end(self, look: Callable[[], None]) -> None:
        """Have *look* called when the slot is over."""
        self._last.append(look)

    def taken(self) -> dict[str, list[Note]]:
        """Return all notes by topic, those that took longest first."""
        for look in self._last:
            look()
        return {
            topic: sorted(notes.values(), key=lambda note: (-note["took"], -note["count"]))
            for topic, notes in self._found.items()
        }
