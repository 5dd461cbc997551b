"""A temporary folder that is removed in the end, and if its owner is killed, by whoever makes the next."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time

from harness.arms.flock import free, held
from harness.calm import uninterrupted

LOCK = "lock"
# A younger one may be about to be locked by its owner.
_SETTLED = 60.0  # seconds


@contextmanager
def temporary(prefix: str) -> Iterator[Path]:
    """Make a folder whose name begins with *prefix*, and remove it in the end, Ctrl-C or not."""
    _sweep(prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    try:
        with held(folder / LOCK):
            yield folder
    finally:
        with uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*/"):
        with suppress(OSError):  # another user's, or gone meanwhile
            old = time() - folder.stat().st_mtime > _SETTLED
            if old and (folder / LOCK).exists() and free(folder / LOCK):
                shutil.rmtree(folder, ignore_errors=True)
