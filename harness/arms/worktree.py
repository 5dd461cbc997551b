"""A commit's files in a temporary folder, known to git as a worktree and forgotten by it in the end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.arms.flock import free
from harness.arms.repository import git, prefix, said
from harness.arms.temporary import LOCK, temporary
from harness.calm import uninterrupted
from harness.config import Mistake

_PREFIX, _TREE = "overlap-worktree-", "tree"


@contextmanager
def worktree(repository: Path, sha: str) -> Iterator[Path]:
    """
    Check out *sha* of the repository around the folder *repository*, and answer the same folder in there.

    The user's tree and index are left alone, hooks do not run. Raises `Mistake`.
    """
    below = prefix(repository)
    _sweep(repository)
    with temporary(_PREFIX) as folder:
        try:
            done = git(repository, "worktree", "add", "--quiet", "--detach", str(folder / _TREE), sha)
            if done.returncode:
                raise Mistake(f"git cannot check out {sha[:10]}: {said(done)}")
            root = folder / _TREE / below
            if not root.is_dir():
                raise Mistake(f"commit {sha[:10]} has no folder {below}")
            yield root
        finally:
            with uninterrupted():
                _remove(repository, folder)


def _remove(repository: Path, folder: Path) -> None:
    """
    Remove the files, and then what git knows of them: that works whatever state they were in.

    Not with `git worktree prune`, which would forget a worktree of the user's on a disk that is not mounted.
    """
    shutil.rmtree(folder / _TREE, ignore_errors=True)
    git(repository, "worktree", "remove", "--force", "--force", str(folder / _TREE))


def _sweep(repository: Path) -> None:
    """Remove what gates left behind that were killed with no chance to tidy up."""
    for line in git(repository, "worktree", "list", "--porcelain").stdout.splitlines():
        tree = Path(line.removeprefix("worktree "))
        ours = line.startswith("worktree ") and tree.parent.name.startswith(_PREFIX)
        if ours and free(tree.parent / LOCK):
            _remove(repository, tree.parent)
            shutil.rmtree(tree.parent, ignore_errors=True)
