"""What the garbage collector took: how often it ran while something was timed, how long in all and at most."""

import gc
from time import monotonic_ns
from typing import Any, Self

from overlap.harness.model.record import Pauses


class Collections:
    """
    Times every garbage collection of this process between entering and leaving; `pauses` is what came of it.

    Two calls of half a microsecond a collection, and nothing otherwise.
    """

    def __init__(self) -> None:
        self._took: list[int] = []
        self._began = 0

    def __enter__(self) -> Self:
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
        """The collections seen so far; none is a count of 0, which is known."""
        return Pauses(len(self._took), sum(self._took), max(self._took, default=0))
