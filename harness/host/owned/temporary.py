"""
Temporary folders whose owner can be told: each holds a file that is locked for as long as the owner lives.

The kernel lets go of the lock when the owner ends, however it ends, and keeps to it across containers that share
the folder, where an id of a process says nothing.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.text import fast_json

PREFIX = "overlap-"
OWNER = ".overlap-owner"
_NAME = re.compile(rf"{PREFIX}[a-z]+-[a-z0-9_]{{8}}")  # the last part as `tempfile` draws it


@contextmanager
def temporary(kind: str, **about: Any) -> Iterator[Path]:
    """
    Make a folder `overlap-KIND-…` and remove it in the end, Ctrl-C or not.

    If this process is killed, the folder holds a note of what it was *about*.
    """
    folder, lock = _claimed(f"{PREFIX}{kind}-", {"pid": os.getpid(), **about})
    try:
        yield folder
    finally:
        with uninterrupted():
            remove(folder)
            os.close(lock)


def _claimed(prefix: str, about: dict[str, Any]) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        # Until it is locked, another process may take it for abandoned and remove it.
        with suppress(FileNotFoundError):
            return folder, claimed(folder, about)


def claimed(folder: Path, about: dict[str, Any]) -> int:
    """
    Own *folder* from now on; return the lock, which closing it lets go of.

    Raises FileNotFoundError if another process has removed it meanwhile.
    """
    lock = os.open(folder / OWNER, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _still_there(lock, folder / OWNER)
        os.pwrite(lock, fast_json.dumps(about), 0)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _still_there(lock: int, file: Path) -> None:
    """Raise FileNotFoundError where *file* was removed before it was locked."""
    if not os.path.samestat(os.fstat(lock), file.stat()):
        raise FileNotFoundError(file)


@contextmanager
def abandoned(folder: Path) -> Iterator[dict[str, Any] | None]:
    """
    Yield what *folder* was about, and keep others from it meanwhile, where its owner has ended; else yield None.

    A folder without an owner's file is one that another process is just making, or none of ours.
    """
    lock = _taken(folder)
    try:
        yield None if lock is None else _about(lock)
    finally:
        if lock is not None:
            os.close(lock)


def _taken(folder: Path) -> int | None:
    try:
        if not _ours(folder):
            return None
        lock = os.open(folder / OWNER, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _ours(folder: Path) -> bool:
    """Return whether *folder* belongs to this user, and is no link to one that does."""
    return not folder.is_symlink() and folder.stat().st_uid == os.geteuid()


def _about(lock: int) -> dict[str, Any]:
    try:
        about = fast_json.loads(os.pread(lock, 1 << 16, 0))
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def remove(folder: Path) -> None:
    """Remove *folder*, the owner's file last: a process killed half-way leaves a folder that is known as ours."""
    with suppress(OSError):
        for each in folder.iterdir():
            if each.name == OWNER:
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)
        (folder / OWNER).unlink(missing_ok=True)
        folder.rmdir()


def folders() -> list[Path]:
    """Return all that are named like ours, where temporary folders are made just now."""
    return [each for each in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*/")) if _NAME.fullmatch(each.name)]


def hollow(folder: Path) -> bool:
    """Remove *folder* if there is nothing in it: its owner was killed before it could write that it is one."""
    try:
        if not _ours(folder) or folder.stat().st_mode & 0o777 != 0o700:
            return False
        folder.rmdir()
    except OSError:
        return False
    return True
