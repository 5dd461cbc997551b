"""Where the limits of each model keep what they have left: in this process, or in memory that workers share."""

import hashlib
import mmap
from array import array
from collections.abc import MutableSequence
from contextlib import AbstractContextManager, nullcontext

MODELS = 1000
"""How many models have limits of their own; what comes after these shares one."""

SIZE = 3
"""Numbers per model: requests left, tokens left, and when that was (ns)."""

State = MutableSequence[float]


class OwnBuckets:
    """The buckets of a single process."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[object] = nullcontext()
        self._states: dict[str, State] = {}

    def state(self, model: str) -> State:
        """Return the numbers of *model*, zeros at first."""
        name = model if model in self._states or len(self._states) < MODELS else ""
        return self._states.setdefault(name, array("d", bytes(8 * SIZE)))

    def clear(self) -> None:
        """Start afresh."""
        self._states.clear()


class SharedBuckets:
    """The same for processes forked from this one; hold `lock` to read or write it."""

    def __init__(self) -> None:
        from multiprocessing import get_context  # not for the buckets of a single process

        self.lock: AbstractContextManager[object] = get_context("fork").Lock()
        self._keys = memoryview(mmap.mmap(-1, 8 * (MODELS + 1))).cast("Q")
        self._numbers = memoryview(mmap.mmap(-1, 8 * SIZE * (MODELS + 1))).cast("d")

    def state(self, model: str) -> State:
        """Return the numbers of *model*, zeros at first."""
        key = int.from_bytes(hashlib.blake2b(model.encode("utf-8", "replace"), digest_size=8).digest()) | 1
        for place in range(MODELS):
            if self._keys[place] in {0, key}:
                break
        else:
            place, key = MODELS, 1
        self._keys[place] = key
        return self._numbers[SIZE * place : SIZE * (place + 1)]  # type: ignore[return-value] # a memoryview is one

    def clear(self) -> None:
        """Start afresh."""
        with self.lock:
            for place in range(MODELS + 1):
                self._keys[place] = 0
            for place in range(len(self._numbers)):
                self._numbers[place] = 0.0
