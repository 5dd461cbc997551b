"""The observation of the unchanged application in the watched slot; it selects and explains interventions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from overlap.harness.host.environment import version_of
from overlap.harness.model.record import Call, Served, Slot

Note = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Observation:
    """The watched slot, its calls joined with the journal, the watchers' notes by topic, what was asked for."""

    slot: Slot
    calls: Sequence[Call]
    notes: Mapping[str, Sequence[Note]]
    methods: Sequence[str]
    strategy: str
    concurrency: int
    profile: str
    packages: Mapping[str, str] | None = None  # of the application's own environment; None if it is Overlap's

    def installed(self, *names: str) -> bool:
        """Return whether the application's environment has all of the packages *names*."""
        return all(version_of(name) if self.packages is None else name in self.packages for name in names)

    def of(self, topic: str) -> Sequence[Note]:
        """Return the notes on *topic*, those that took longest first."""
        return self.notes.get(topic, ())

    def count(self, topic: str) -> int:
        """Return how often *topic* was noted."""
        return sum(note["count"] for note in self.of(topic))

    @property
    def counted(self) -> list[Call]:
        """The calls that were measured."""
        return [call for call in self.calls if not call.warmup]

    @property
    def requests(self) -> list[Served]:
        """The requests of the measured calls, in no order."""
        return [entry for call in self.counted for entry in call.served]

    @property
    def span(self) -> int:
        """Return the duration of the slot, in ns."""
        return self.slot.ended - self.slot.started

    @property
    def opened(self) -> float | None:
        """Connections opened for each measured call; None if the server does not say."""
        return None if self.slot.opened is None or not self.counted else self.slot.opened / len(self.counted)


def at(note: Note) -> str:
    """Write the place of *note*: `app.py:12`."""
    return f"{note['file']}:{note['line']}"
