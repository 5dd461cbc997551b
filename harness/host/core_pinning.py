"""Assigns cores: the measuring processes and the server each get their own, if there are enough."""

from dataclasses import dataclass

from overlap.harness.host.environment import cores


@dataclass(frozen=True, slots=True)
class Seats:
    """The cores of the measuring processes, in order, and the server's; None: not pinned."""

    ours: tuple[int | None, ...]
    theirs: int | None

    @property
    def apart(self) -> bool:
        """Whether the two sides have cores of their own."""
        return self.theirs is not None


def seats() -> Seats:
    """Divide the cores that this process may use: the last goes to the server; with one core, none is pinned."""
    *ours, last = cores()
    return Seats(tuple(ours), last) if ours else Seats((None,), None)
