"""Files that are locked as long as somebody uses what lies beside them; a process that dies lets go."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold *file*, having waited until nobody else does; Ctrl-C ends the wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def free(file: Path) -> bool:
    """Whether nobody holds *file*, be it there or not."""
    if not file.exists():
        return True
    with file.open("r", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
