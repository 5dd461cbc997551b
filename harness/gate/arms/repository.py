"""Asks git about a folder: commits, where a branch left the main line, and uncommitted changes."""

from pathlib import Path
from subprocess import CompletedProcess

from overlap.harness.host.owned.children import run
from overlap.harness.host.owned.git import command, variables
from overlap.harness.host.secrets import masked
from overlap.harness.text.mistakes import Mistake

MAIN_LINES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
DEEPER = "the clone is shallow: fetch all of it (actions/checkout: fetch-depth: 0)"


class NoRepositoryError(Mistake):
    """There is no git, or no repository around the folder: the message says which, and not why that matters."""


def git(folder: Path, *words: str) -> CompletedProcess[str]:
    """
    Run git in *folder*, untouched by the variables a hook leaves behind, and without locks or hooks of its own.

    Raises `NoRepositoryError` if there is no git.
    """
    try:
        done = run(command(*words), cwd=folder, env=variables())
    except FileNotFoundError:
        raise NoRepositoryError("there is no git on the PATH") from None
    output, errors = (each.decode("utf-8", "replace") for each in (done.stdout, done.stderr))
    return CompletedProcess(done.args, done.returncode, output, errors)


def said(done: CompletedProcess[str]) -> str:
    """Return the line in which git says why it failed."""
    lines = [line.strip() for line in masked(done.stderr).splitlines() if line.strip()]
    fatal = [line.partition(":")[2].strip() for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or [f"git ended with {done.returncode}"])[0]


def prefix(folder: Path) -> str:
    """Return where *folder* lies in its repository ("" at the top). Raises `Mistake` outside of one."""
    done = git(folder, "rev-parse", "--show-prefix")
    if done.returncode:
        why = said(done)
        if "not a git repository" in why:
            raise NoRepositoryError(f"{folder} is in no git repository")
        raise Mistake(f"git: {why}")
    return done.stdout.rstrip("\n")


def commit(folder: Path, ref: str) -> str:
    """Return the commit that *ref* names. Raises `Mistake`, with advice where the clone is shallow."""
    prefix(folder)  # which says so where there is no repository
    sha = _commit(folder, ref)
    if sha is None:
        advice = f"; {DEEPER}" if shallow(folder) else ""
        raise Mistake(f"there is no commit {ref!r} in this repository{advice}")
    return sha


def _commit(folder: Path, ref: str) -> str | None:
    done = git(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return done.stdout.strip() if done.returncode == 0 else None


def shallow(folder: Path) -> bool:
    """Return whether the clone lacks a part of its history."""
    return git(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"


def changed(folder: Path) -> int:
    """Return how many files of *folder* differ from its commit or are new; ignored ones do not count."""
    done = git(folder, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
    return sum(1 for entry in done.stdout.split("\0") if entry)


def fork(folder: Path, tip: str, *, dirty: bool) -> str:
    """
    Return the commit to compare *tip* with, a commit of the repository around *folder*.

    Where it left the main line; on the main line itself the commit before it, or where the tree is *dirty*, the
    one that was changed. Raises `Mistake` if there is none.
    """
    line = next((name for name in MAIN_LINES if _commit(folder, name)), None)
    base = git(folder, "merge-base", tip, line).stdout.strip() if line else tip
    if base and base != tip:
        return base
    if base and dirty:
        return tip
    before = _commit(folder, f"{tip}~1") if base else None
    if before is None:
        missing = DEEPER if shallow(folder) else "it has no commit before it on the main line"
        raise Mistake(f"there is nothing to compare {tip[:10]} with: {missing}; or name a --base")
    return before
