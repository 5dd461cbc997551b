"""Removes what runs that were killed have left: temporary folders, and what git knows of worktrees in them."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from overlap.harness.host.owned.git import command, variables
from overlap.harness.host.owned.temporary import abandoned, folders, hollow, remove

REPOSITORY, TREE = "repository", "tree"


def sweep() -> str | None:
    """Remove what is shown to be ours and without an owner; return a sentence on what it was, if anything."""
    removed, worktrees = 0, 0
    for folder in folders():
        with abandoned(folder) as about:
            if about is not None:
                remove(folder)
                removed += not folder.exists()
                worktrees += _forgotten(about, folder)
            elif hollow(folder):
                removed += 1
    return told(removed, worktrees)


def told(removed: int, worktrees: int) -> str | None:
    """Say how much was removed; None where nothing was."""
    parts = [
        f"{number} {name}{'s' if number > 1 else ''}"
        for number, name in ((removed, "temporary folder"), (worktrees, "git worktree"))
        if number
    ]
    return f"removed what runs that were killed had left behind: {' and '.join(parts)}" if parts else None


def _forgotten(about: dict[str, object], folder: Path) -> bool:
    """Have git forget the worktree in *folder*, if that had one; return whether it did."""
    repository = about.get(REPOSITORY)
    return isinstance(repository, str) and Path(repository).is_dir() and forget(Path(repository), folder / TREE)


def forget(repository: Path, tree: Path) -> bool:
    """
    Remove the files of *tree*, and then what git knows of it, in whatever state they are; return whether it did.

    Not with `git worktree prune`, which would forget a worktree of the user's on a disk that is not mounted.
    """
    shutil.rmtree(tree, ignore_errors=True)
    words = command("worktree", "remove", "--force", "--force", str(tree))
    nothing = subprocess.DEVNULL
    with suppress(OSError):
        done = subprocess.run(
            words, cwd=repository, env=variables(), stdin=nothing, stdout=nothing, stderr=nothing, check=False
        )
        return done.returncode == 0
    return False
