"""The files of each arm: a commit in a worktree, or a folder as it is; and what identifies them."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.config import Mistake
from harness.trial.repository import changed, commit, fork
from harness.trial.spec import FORK, Spec
from harness.trial.worktree import worktree


@dataclass(frozen=True, slots=True)
class Tree:
    """An arm's files below *root*; *facts*: its commit, and of a folder, how many files differ from that."""

    root: Path
    facts: dict[str, Any]


def trees(stack: ExitStack, base: Spec, candidate: Spec) -> tuple[Tree, Tree]:
    """
    Find or check out both arms' files, which *stack* removes again. Raises `Mistake`.

    Without a ref on either side git is not needed: whether a folder is in a repository is then only told.
    """
    first = _folder(candidate) if candidate.ref is None else None
    if base.ref is None:
        return _folder(base), first or _checkout(stack, "candidate", candidate.ref or "")
    if base.ref != FORK:
        return _checkout(stack, "base", base.ref), first or _checkout(stack, "candidate", candidate.ref or "")
    where = first.root if first else Path.cwd()
    tip = commit(where, candidate.ref or "HEAD")
    sha = fork(where, tip, dirty=bool(first and first.facts.get("dirty")))
    return _checkout(stack, "base", sha, where), first or _checkout(stack, "candidate", tip)


def _checkout(stack: ExitStack, side: str, ref: str, repository: Path | None = None) -> Tree:
    where = repository or Path.cwd()
    try:
        sha = commit(where, ref)
        return Tree(stack.enter_context(worktree(where, sha)), {"commit": sha})
    except Mistake as mistake:
        raise Mistake(f"{side}: {mistake}") from mistake


def _folder(spec: Spec) -> Tree:
    root = spec.path or Path.cwd()
    if spec.path is None:
        return Tree(root, {})
    try:
        sha, count = commit(root, "HEAD"), changed(root)
    except Mistake:
        return Tree(root, {"commit": None})
    return Tree(root, {"commit": sha, "dirty": count > 0} | ({"changed": count} if count else {}))
