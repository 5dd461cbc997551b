"""Times the garbage collector: how often it ran during a timed part, and how long in all and at most."""

import gc
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from overlap.harness.model.record import Pauses

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too


class Collections:
    """
    Time every garbage collection of this process between entering and leaving; `pauses` has the result.

    This costs two calls of half a microsecond for each collection, and nothing otherwise.
    """

    def __init__(self) -> None:
        self._took: list[int] = []
        self._began = 0

    def __enter__(self) -> "Self":
        gc.callbacks.append(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, _about: dict[str, Any]) -> None:
        if phase == "start":
            self._began = monotonic_ns()
        elif self._began:
            self._took.append(monotonic_ns() - self._began)

    @property
    def pauses(self) -> Pauses:
        """Number, sum and maximum (ns) of the collections so far; without any they are 0, not unknown."""
        return Pauses(len(self._took), sum(self._took), max(self._took, default=0))
