"""A commit's files in a temporary folder, known to git as a worktree and forgotten by it in the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from overlap.harness.gate.arms.repository import git, prefix, said
from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.host.owned.sweeping import TREE, forget
from overlap.harness.host.owned.temporary import abandoned, claimed, temporary
from overlap.harness.text.mistakes import Mistake


@contextmanager
def worktree(repository: Path, sha: str) -> Iterator[Path]:
    """
    Check out *sha* of the repository around the folder *repository*, and return the same folder in there.

    The user's tree and index are left alone, hooks do not run. Raises `Mistake`.
    """
    below = prefix(repository)
    _sweep(repository)
    with temporary("worktree", repository=str(repository.resolve())) as folder:
        lock = None
        try:
            done = git(repository, "worktree", "add", "--quiet", "--detach", str(folder / TREE), sha)
            if done.returncode:
                raise Mistake(f"git cannot check out {sha[:10]}: {said(done)}")
            # Beside what git knows of it: should the temporary folder vanish first, this still shows whose it is.
            lock = claimed(_known(folder / TREE), {"pid": os.getpid()})
            root = folder / TREE / below
            if not root.is_dir():
                raise Mistake(f"commit {sha[:10]} has no folder {below}")
            yield root
        finally:
            with uninterrupted():
                forget(repository, folder / TREE)
                if lock is not None:
                    os.close(lock)


def _known(tree: Path) -> Path:
    """Return the folder in which git keeps what it knows of the worktree *tree*."""
    return tree / git(tree, "rev-parse", "--git-dir").stdout.rstrip("\n")


def _sweep(repository: Path) -> None:
    """Have git forget our worktrees whose owner was killed and whose temporary folder is gone, too."""
    common = git(repository, "rev-parse", "--git-common-dir").stdout.rstrip("\n")
    for entry in (repository / common / "worktrees").glob("*/"):
        with abandoned(entry) as about:
            if about is not None:
                forget(repository, Path((entry / "gitdir").read_text("utf-8").rstrip("\n")).parent)
