"""
Finds the interpreter of the project that an application belongs to, as other tools find it.

    --python PATH, or `here` for Overlap's own
    VIRTUAL_ENV, and CONDA_PREFIX unless it is conda's base      an environment that is activated
    UV_PROJECT_ENVIRONMENT, .venv                                beside the application or above it
    poetry env info                                              in a project of poetry's
    else Overlap's own

Nothing of Overlap has to be installed there, and nothing is written there.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

from overlap.harness.application.spec import parse
from overlap.harness.host.other_python import PATIENCE, NotPython, OtherPython, ask
from overlap.harness.host.owned.children import run
from overlap.harness.text.mistakes import Mistake

HERE, NAMED = "here", "--python"
OLDEST = (3, 10)


@dataclass(frozen=True)
class Interpreter:
    """
    A Python that runs workers: its *path*, how it was *found_by*, and what it says *about* itself.

    Without the last it is Overlap's own, in which Overlap and its packages are installed.
    """

    path: str
    found_by: str
    about: OtherPython | None = None

    @property
    def ours(self) -> bool:
        """Whether it is Overlap's own."""
        return self.about is None

    @property
    def name(self) -> str:
        """What people call its environment, and how it was found."""
        return f"{self.about.name if self.about else HERE} ({self.found_by})"

    @property
    def sentence(self) -> str:
        """Which interpreter measures the application, and why this one."""
        if self.about is None:
            return "measured in Overlap's own environment"
        kind = "" if self.about.kind == "CPython" else f" ({self.about.kind})"
        return f"measured under Python {self.about.version}{kind} of the environment {self.name}"

    @property
    def circumstances(self) -> dict[str, Any]:
        """What a run's files say of it in their `environment`; empty if it is Overlap's own."""
        return {**self.about.circumstances, "interpreter": self.name} if self.about else {}

    def variables(self) -> dict[str, str]:
        """
        Return the environment variables that a process under it needs, as if the environment were activated.

        Python writes no bytecode there, since nothing there is to be changed.
        """
        if self.about is None:
            return {}
        path = os.pathsep.join((str(Path(self.path).parent), os.environ.get("PATH", os.defpath)))
        return {"PATH": path, "VIRTUAL_ENV": self.about.prefix, "PYTHONDONTWRITEBYTECODE": "1"}


OURS = Interpreter(sys.executable, HERE)


def interpreter_of(words: Sequence[str], asked: str | None = None) -> Interpreter:
    """
    Return the interpreter that workers run under: that of the applications' project, if *words* name only these.

    Scenarios need packages of Overlap's own, unless the user has *asked* for a Python. Raise `Mistake` as
    `interpreter_for` does, and for applications of several projects.
    """
    specs = [parse(word) for word in words]
    files = {spec.file.resolve() if spec.file else None for spec in specs if spec and spec.target}
    if asked is None and (not specs or not all(spec and spec.target for spec in specs)):
        return OURS
    interpreters = {each.path: each for each in (interpreter_for(file, asked) for file in files or {None})}
    if len(interpreters) > 1:
        names = ", ".join(sorted(each.name for each in interpreters.values()))
        raise Mistake(f"the applications have environments of their own ({names}): name one with --python")
    return next(iter(interpreters.values()))


def interpreter_for(
    application: Path | None, asked: str | None = None, env: Mapping[str, str] = os.environ
) -> Interpreter:
    """
    Return the interpreter that measures the *application*, a file, or None for a module of the working folder.

    *asked* is what the user named: a Python, the folder of an environment, or `here`. Raise `Mistake` if that is
    no Python, or one that is too old.
    """
    if asked == HERE:
        return OURS
    if asked is not None:
        return _described(_python_of(asked), NAMED)
    start = application.resolve().parent if application else Path.cwd()
    for folder, found_by in _environments(start, env):
        if folder.resolve() == Path(sys.prefix).resolve():
            return OURS
        if python := _python_in(folder):
            return _described(python, found_by)
    return OURS


def _environments(start: Path, env: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield folders that may hold an environment, the likeliest first, and how each was found."""
    if active := env.get("VIRTUAL_ENV"):
        yield Path(active), "VIRTUAL_ENV"
    if (conda := env.get("CONDA_PREFIX")) and env.get("CONDA_DEFAULT_ENV") != "base":
        yield Path(conda), "CONDA_PREFIX"
    projects = list(_upwards(start))
    if named := env.get("UV_PROJECT_ENVIRONMENT"):
        yield from ((each / named, "UV_PROJECT_ENVIRONMENT") for each in projects)
    yield from ((each / ".venv", ".venv of the project") for each in projects)
    if project := next((each for each in projects if _of_poetry(each)), None):
        yield from ((folder, "poetry") for folder in _poetry(project))


def _upwards(start: Path) -> Iterator[Path]:
    """Yield *start* and the folders above it, up to its repository's root; without one, below the home folder."""
    repository = next((each for each in (start, *start.parents) if (each / ".git").exists()), None)
    for each in (start, *start.parents):
        if repository is None and each in (Path.home(), Path(each.anchor)):
            return
        yield each
        if each == repository:
            return


def _of_poetry(folder: Path) -> bool:
    if (folder / "poetry.lock").is_file():
        return True
    with suppress(OSError, ValueError):
        return "poetry" in tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("tool", {})
    return False


def _poetry(project: Path) -> list[Path]:
    """Return the folder of the environment that poetry has for *project*; none where poetry knows of none."""
    if (poetry := which("poetry")) is None:
        return []
    with suppress(OSError, subprocess.TimeoutExpired):
        done = run([poetry, "env", "info", "--path"], PATIENCE, cwd=project)
        lines = done.stdout.decode("utf-8", "replace").split("\n")
        return [Path(lines[0].strip())] if done.returncode == 0 and lines[0].strip() else []
    return []


def _python_in(folder: Path) -> str | None:
    """Return the Python of the environment in *folder*; None where there is none."""
    for name in ("bin/python", "bin/python3", "Scripts/python.exe"):
        if os.access(folder / name, os.X_OK) and (folder / name).is_file():
            return str(folder / name)
    return None


def _python_of(asked: str) -> str:
    """Return the path of the Python that the user named: a file, an environment's folder, a command."""
    place = Path(asked).expanduser()
    if place.is_dir():
        if python := _python_in(place):
            return str(Path(python).absolute())
        raise Mistake(f"python {asked}: this folder is no environment, it has no bin/python")
    if place.is_file():
        # Not resolved: an environment's Python is a link to another one, which knows nothing of the environment.
        return str(place.absolute())
    if command := which(asked):
        return command
    raise Mistake(f"python {asked}: there is no such file, folder or command")


@cache
def _described(python: str, found_by: str) -> Interpreter:
    """Ask *python* what it is. Raise `Mistake` if it cannot run a worker."""
    shown = f"python {python}" if found_by == NAMED else f"python {python} ({found_by})"
    try:
        about = ask(python)
    except NotPython as wrong:
        raise Mistake(f"{shown} {wrong}") from None
    if about.release < OLDEST:
        raise Mistake(f"{shown} is Python {about.version}; an application is measured under 3.10 or newer")
    if Path(about.prefix).resolve() == Path(sys.prefix).resolve():
        return OURS
    return Interpreter(python, found_by, about)
