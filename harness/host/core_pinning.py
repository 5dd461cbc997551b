"""Who gets which core: one side measures, the other is measured, and neither should take the other's."""

from dataclasses import dataclass

from overlap.harness.host.environment import cores


@dataclass(frozen=True, slots=True)
class Seats:
    """The cores of those that measure, in order, and the one of what is measured; None: wherever there is room."""

    ours: tuple[int | None, ...]
    theirs: int | None

    @property
    def apart(self) -> bool:
        """Whether the two sides have cores of their own."""
        return self.theirs is not None


def seats() -> Seats:
    """Share out the cores that this process may use: the last is theirs; a single one is everybody's."""
    *ours, last = cores()
    return Seats(tuple(ours), last) if ours else Seats((None,), None)
