"""Virtual environments made from locks, kept by digest so that a second gate finds them made."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time

import orjson

from overlap.harness.gate.arms import installer
from overlap.harness.gate.arms.flock import held
from overlap.harness.gate.arms.lock import Lock, digest
from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.host.interpreter import OLDEST
from overlap.harness.host.other_python import NotPython, OtherPython, ask
from overlap.harness.text.mistakes import Mistake

_DONE = ".complete"  # written last: a folder without it was left half-made
_FORMAT = 2
_KEPT = 30 * 86_400  # seconds since an environment was last used


@dataclass(frozen=True, slots=True)
class Recipe:
    """The inputs of an environment: a lock, the requirement files installed on top of it, and a Python."""

    lock: Lock
    root: Path
    requirements: tuple[Path, ...] = ()
    python: str | None = None

    @property
    def same(self) -> tuple[str, str, str | None]:
        """Return the key that two sides must share to need only one environment."""
        return self.lock.digest, digest(Path.cwd(), *self.requirements), self.python


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python that can be run, what it said of itself, and its folder's name (None: the one that runs here)."""

    python: Path
    interpreter: OtherPython
    name: str | None = None


def here() -> Environment:
    """Return the environment in which this runs."""
    return Environment(Path(sys.executable), ask(sys.executable))


def made(one: Environment) -> bool:
    """Return whether *one* was made here of a lock; else it was found."""
    return (one.python.parent.parent / _DONE).is_file()


def folder() -> Path:
    """Return where environments are kept, as the system has it for caches."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "overlap" / "environments"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "overlap" / "environments"


def environment(recipe: Recipe, where: Path, say: Callable[[str], None] = lambda _: None) -> Environment:
    """
    Return the environment of *recipe* below *where*; made if it is not there. *say* is told what takes long.

    Two gates at once wait for each other. Raises `Mistake` with the reason that the installer gave.
    """
    name = _name(recipe)
    target = where / name
    try:
        with held(where / f"{name}.lock"):
            _forget(where, target)
            current = _made(target)
            if current is None:
                say(f"making an environment from {' and '.join(_files(recipe))} …")
                _make(recipe, target)
                current = _made(target)
    except OSError as wrong:
        raise Mistake(f"cannot keep an environment in {where}: {wrong.strerror}") from wrong
    if current and current.interpreter.release < OLDEST:
        raise Mistake(f"Python {current.interpreter.version} is too old for the harness")
    if current is None:
        raise Mistake(f"the environment of {recipe.lock.name} was made, but its Python does not run")
    return current


def _files(recipe: Recipe) -> list[str]:
    return [recipe.lock.name, *(each.name for each in recipe.requirements)]


def _name(recipe: Recipe) -> str:
    python = recipe.python or f"{platform.python_version()} {sys.base_prefix}"
    tool = "uv" if installer.uv() else "pip"
    parts = (_FORMAT, recipe.same, python, platform.system(), platform.machine(), tool, str(recipe.lock.kind))
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _made(target: Path) -> Environment | None:
    """Return the environment in *target* if it is whole and its Python still runs."""
    python = target / "bin" / "python"
    if not (target / _DONE).is_file():
        return None
    try:
        interpreter = ask(python)
    except NotPython:
        return None
    os.utime(target / _DONE)
    return Environment(python, interpreter, target.name)


def _make(recipe: Recipe, target: Path) -> None:
    with uninterrupted():
        shutil.rmtree(target, ignore_errors=True)
    try:
        installer.make(target, recipe.python or sys.executable)
        over = recipe.requirements
        installer.install(target, recipe.lock, recipe.root, last=not over)
        for file in over:
            installer.requirements(target, file, Path.cwd(), last=file == over[-1])
        (target / _DONE).write_bytes(orjson.dumps({"made": time(), "from": _files(recipe)}))
    except BaseException:
        with uninterrupted():
            shutil.rmtree(target, ignore_errors=True)
        raise


def _forget(where: Path, kept: Path) -> None:
    """Remove environments that were not used for a month, but not the one that is needed now."""
    for stamp in where.glob(f"*/{_DONE}"):
        with suppress(OSError):
            if stamp.parent != kept and time() - stamp.stat().st_mtime > _KEPT:
                stamp.unlink()
                shutil.rmtree(stamp.parent, ignore_errors=True)
