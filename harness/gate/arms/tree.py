"""The files of each arm: a commit in a worktree, or a folder as it is; and what identifies them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overlap.harness.gate.arms.repository import NoRepositoryError, changed, commit, fork
from overlap.harness.gate.arms.spec import FORK, SideSpec
from overlap.harness.gate.arms.worktree import worktree
from overlap.harness.text.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Tree:
    """An arm's files below *root*; *facts*: its commit, and of a folder, how many files differ from that."""

    root: Path
    facts: dict[str, Any]


def trees(stack: ExitStack, base: SideSpec, candidate: SideSpec) -> tuple[Tree, Tree]:
    """
    Find or check out both arms' files, which *stack* removes again. Raises `Mistake`.

    If neither side is a git ref, git is optional and only used for the report. If
    both are `FORK`, both are that commit: a base against itself.
    """
    where, fork = candidate.path or Path.cwd(), None
    with naming("base"):
        if base.ref == FORK:
            tip = _tip(where, candidate)
            fork = _known(where, tip, candidate)
        first = _folder(base) if base.ref is None else _checkout(stack, base.ref, fork, where)
    with naming("candidate"):
        second = _folder(candidate) if candidate.ref is None else _checkout(stack, candidate.ref, fork, where)
    return first, second


def _tip(where: Path, candidate: SideSpec) -> str:
    """Return the commit whose base is looked up: the candidate's if it names one, else HEAD."""
    if candidate.ref not in {None, FORK}:
        return commit(where, str(candidate.ref))
    try:
        return commit(where, "HEAD")
    except NoRepositoryError as missing:
        raise Mistake(
            f"no base was named, so it would be the commit from which this tree came, and {missing}; "
            "name another, such as a folder: --base ../before"
        ) from missing


def _known(where: Path, tip: str, candidate: SideSpec) -> str:
    """
    Return the commit that stands for `FORK`.

    A base that is compared with itself needs none before it: in a repository of one commit it is that commit.
    """
    try:
        return fork(where, tip, dirty=candidate.ref in {None, FORK} and changed(where) > 0)
    except Mistake:
        if candidate.ref != FORK:
            raise
        return tip


def _checkout(stack: ExitStack, ref: str, fork: str | None, repository: Path) -> Tree:
    sha = fork if fork and ref == FORK else commit(repository, ref)
    return Tree(stack.enter_context(worktree(repository, sha)), {"commit": sha})


@contextmanager
def naming(side: str) -> Iterator[None]:
    """Prefix error messages with the name of the side."""
    try:
        yield
    except NoRepositoryError as missing:
        raise Mistake(f"{side}: a ref was asked for, and {missing}") from missing
    except Mistake as mistake:
        raise Mistake(f"{side}: {mistake}") from mistake


def _folder(spec: SideSpec) -> Tree:
    root = spec.path or Path.cwd()
    if spec.path is None:
        return Tree(root, {})
    try:
        sha, count = commit(root, "HEAD"), changed(root)
    except Mistake:
        return Tree(root, {"commit": None})
    return Tree(root, {"commit": sha, "dirty": count > 0} | ({"changed": count} if count else {}))
