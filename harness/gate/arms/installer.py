"""Makes a virtual environment and installs into it, with uv where there is one, else with venv and pip."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from overlap.harness.gate.arms.lock import Lock
from overlap.harness.host import interrupt
from overlap.harness.host.owned import children
from overlap.harness.host.owned.temporary import temporary
from overlap.harness.host.secrets import masked
from overlap.harness.text.mistakes import Mistake

_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://[^\s`]+|(?<=host=)'[^']*'|(?<=with url: )\S+")
_ERROR = re.compile(r"error: *(.*)", re.IGNORECASE)
_CAUSE = re.compile(r"(?:cause|caused by): *(.*)", re.IGNORECASE)
_RAISED = re.compile(r"(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b")
# Ours would be found instead of the environment's.
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


@cache
def uv() -> str | None:
    """Return the path of uv, or None if there is none that runs."""
    path = shutil.which("uv")
    with suppress(OSError):
        if path and children.run([path, "--version"]).returncode == 0:
            return path
    return None


def make(folder: Path, python: str) -> None:
    """Make an empty environment in *folder* of *python*, a version or a path. Raises `Mistake`."""
    uv_path = uv()
    words = (
        [uv_path, "venv", "-q", "--no-project", "--python", python]
        if uv_path
        else [_interpreter(python), "-m", "venv", *(["--without-pip"] if _lends(python) else [])]
    )
    try:
        run([*words, str(folder)], folder.parent)
    except Mistake as mistake:
        raise Mistake(f"no environment can be made of Python {python}: {mistake}") from mistake


def _lends(python: str) -> bool:
    """Return whether our own pip can install for *python*: it need not be unpacked there, which takes seconds."""
    return python == sys.executable and find_spec("pip") is not None


def _interpreter(python: str) -> str:
    name = python if not python[0].isdigit() else f"python{'.'.join(python.split('.')[:2])}"
    path = shutil.which(name)
    if path is None:
        raise Mistake(f"there is no {name} here; uv would fetch one")
    return path


def install(folder: Path, lock: Lock, root: Path, *, last: bool = True) -> None:
    """
    Install *lock* into the environment *folder*; local paths are found from *root*.

    *last* says that nothing is laid over it. Raises `Mistake`.
    """
    file = lock.file
    if lock.kind in {"pylock", "uv"} and not uv():
        raise Mistake(f"{lock.name} needs uv, which is not installed; lock=FILE names another")
    if lock.kind == "uv":
        file = _exported(folder, lock)
    elif lock.text is not None:
        file = folder / "lock.txt"
        file.write_text(lock.text, encoding="utf-8")
    assert file is not None
    requirements(folder, file, root, last=last)


def requirements(folder: Path, file: Path, root: Path, *, last: bool) -> None:
    """Install a requirement *file* into *folder*, upon what is there; its hashes are checked. Raises `Mistake`."""
    python = str(folder / "bin" / "python")
    if uv_path := uv():
        # Compiled now and not in the first round, as pip does by itself; but once: uv leaves compiled files where
        # it replaces a package, and Python believes one whose source has the same size and second.
        compiled = ["--compile-bytecode"] if last else []
        run([uv_path, "pip", "install", "-q", *compiled, "--python", python, "-r", str(file)], root)
        return
    own = (folder / "bin" / "pip").exists()
    pip = [python, "-m", "pip"] if own else pip_for(python)
    words = ("install", "-q", "--no-input", "--disable-pip-version-check", "--no-warn-script-location", "-r")
    run([*pip, *words, str(file)], root)


def pip_for(python: str) -> list[str]:
    """Return how our own pip is run for *python*: by what `--python` would start in the end."""
    module = find_spec("pip")
    runner = Path(module.origin).with_name("__pip-runner__.py") if module and module.origin else None
    if runner and runner.is_file():
        return [python, str(runner)]
    return [sys.executable, "-m", "pip", "--python", python]


def _exported(folder: Path, lock: Lock) -> Path:
    uv_path, file = uv(), folder / "lock.txt"
    assert uv_path is not None
    assert lock.file is not None
    words = ("export", "-q", "--frozen", "--no-emit-project", "--format", "requirements-txt", "-o", str(file))
    run([uv_path, *words], lock.file.parent)
    return file


def run(words: list[str], folder: Path) -> None:
    """Run a step of an installer in *folder*. Raises `Mistake` with the line that says why it failed."""
    env = {key: value for key, value in os.environ.items() if key not in _OURS}
    # What an installer that is killed has unpacked and built stays in its temporary folder: it is given ours.
    with temporary("install") as place:
        env["TMPDIR"] = str(place)
        done = children.run(words, cwd=folder, env=env, stderr=subprocess.STDOUT)
    interrupt.check()
    if done.returncode:
        raise Mistake(why(done.stdout.decode("utf-8", "replace")))


def why(output: str) -> str:
    """
    Return in one line, why an installer failed; addresses are left out, for they may hold credentials.

    uv says what it could not do and then each cause of that; pip says it last; a failing build raises something.
    """
    lines = [line.strip() for line in _ADDRESS.sub("…", masked(output)).splitlines() if line.strip()]
    errors = [match[1] for line in lines if (match := _ERROR.match(line))]
    causes = [match[1] for line in lines if (match := _CAUSE.match(line))]
    raised = [line for line in lines if _RAISED.match(line)]
    if causes:
        reason = ": ".join([*errors[:1], (raised or causes)[-1]])
    else:
        reason = (raised or errors or lines or ["it said nothing"])[-1]
    return reason if len(reason) <= 300 else f"{reason[:299]}…"
