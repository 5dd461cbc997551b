"""The lock file of a side's tree: found by its name, with a digest of its contents."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal

from overlap.harness.gate.arms import other_locks
from overlap.harness.text.mistakes import Mistake

ORDER = (
    "requirements/user.txt",
    "requirements.txt",
    "pylock.toml",
    "uv.lock",
    *other_locks.NAMES,
    "pyproject.toml",
)
UNREAD = ("Pipfile.lock", "pixi.lock", "conda-lock.yml", "conda-lock.yaml")
"""Locks of tools whose environments only these tools make."""

INSTALLED = "what is installed here"
_FILE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
_LOCAL = re.compile(r"^(?:(?:-e|--editable)[\s=]*)?(?:[\w.\[\],-]+\s*@\s*)?(?:file:(?://)?)?([./][^\s;\[]*)")


@dataclass(frozen=True, slots=True)
class Lock:
    """
    Where an arm's packages are written down. *name* is as the arm's tree calls it, *digest* that of its contents.

    Exactly one of *file* (for the installer to read) and *text* (requirements taken from elsewhere) is there.
    """

    name: str
    kind: Literal["requirements", "pylock", "uv", "text"]
    digest: str
    file: Path | None = None
    text: str | None = None


def lock(root: Path, asked: Path | None = None) -> Lock:
    """
    Find the lock of the tree *root*: the one *asked* for, or the first of `ORDER`, or what is installed here.

    The lock of a workspace or of the whole repository may lie above *root*; it counts before a `pyproject.toml`,
    which pins nothing. Raises `Mistake` if what is asked for is not there or cannot be read.
    """
    if asked is not None:
        if not (root / asked).is_file():
            raise Mistake(f"there is no lock {asked} in {root}")
        return _read(root, root / asked, str(asked))
    for folder, above in upwards(root):
        for name in ORDER[:-1]:
            if (folder / name).is_file():
                return _read(folder, folder / name, above + name)
    project = root / ORDER[-1]
    if project.is_file() and _dependencies(project) is not None:
        return _read(root, project, project.name)
    return of_lines(INSTALLED, installed())


def unread_lock(root: Path) -> str | None:
    """Return the name of a lock of the tree *root* that nothing here can read; None if there is none."""
    names = (f"{above}{name}" for folder, above in upwards(root) for name in UNREAD if (folder / name).is_file())
    return next(names, None)


def upwards(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield *root* and the folders above it up to the top of its repository, each with the way there."""
    tops = [folder for folder in (root, *root.parents) if (folder / ".git").exists()]
    above = [] if not tops else [folder for folder in root.parents if folder.is_relative_to(tops[0])]
    for steps, folder in enumerate((root, *above)):
        yield folder, "../" * steps


def _read(root: Path, file: Path, name: str) -> Lock:
    if file.name == "pyproject.toml":
        dependencies = _dependencies(file)
        if dependencies is None:
            raise Mistake(f"{name} lists no dependencies; name another lock")
        return of_lines(name, dependencies)
    if file.name in other_locks.NAMES:
        return of_lines(name, other_locks.requirement_lines(file))
    if file.suffix != ".toml" and file.name != "uv.lock":
        return Lock(name, "requirements", digest(root, file), file)
    if file.name == "uv.lock":
        # Groups and sources are in the project's file, and the lock is of no use without it.
        both = [_bytes(file), _bytes(file.parent / "pyproject.toml")]
        return Lock(name, "uv", _digest(both), file)
    return Lock(name, "pylock", _digest([_bytes(file)]), file)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise Mistake(f"cannot read {file}: {wrong.strerror}") from wrong


def of_lines(name: str, lines: Iterable[str], *beside: str) -> Lock:
    """Return a lock of requirement *lines*; *beside* is the text of files that they name, part of its digest."""
    text = "".join(f"{line}\n" for line in lines)
    return Lock(name, "text", _digest(each.encode() for each in (text, *beside)), text=text)


def _dependencies(file: Path) -> list[str] | None:
    """Return what a project says it depends on; None if it leaves that to its build, or is no project."""
    try:
        project: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError) as wrong:
        raise Mistake(f"cannot read {file.name}: {wrong}") from wrong
    return list(project["dependencies"]) if "dependencies" in project else None


@cache
def installed() -> tuple[str, ...]:
    """Return requirements that say what is installed here; code that lies in a folder is left out, as is pip."""
    packages = [
        each.metadata  # a file that is read and parsed anew each time
        for each in distributions()
        if "dir_info" not in (each.read_text("direct_url.json") or "")
    ]
    versions = {each["Name"]: each["Version"] for each in packages}
    return tuple(
        f"{name}=={version}" for name, version in sorted(versions.items()) if name not in {"pip", "overlap-bench"}
    )


def digest(root: Path, *files: Path) -> str:
    """Return a digest of requirement *files*, of those they name, and of the local packages they name."""
    return _digest(part for file in files for part in _contents(root, file, set()))


def _digest(parts: Iterable[bytes]) -> str:
    whole = sha256()
    for part in parts:
        whole.update(sha256(part).digest())
    return whole.hexdigest()


def _contents(root: Path, file: Path, seen: set[Path]) -> Iterator[bytes]:
    if file in seen:
        return
    seen.add(file)
    data = _bytes(file)
    yield data
    for line in data.decode("utf-8", "replace").splitlines():
        if named := _FILE.match(line.strip()):
            yield from _contents(root, file.parent / named[1], seen)
        elif local := _LOCAL.match(line.strip()):
            yield from _files(root / local[1])


def _files(path: Path) -> Iterator[bytes]:
    """Yield the contents of a local package: a wheel, or a folder but for what is made from it."""
    if path.is_file():
        yield path.read_bytes()
        return
    for each in sorted(path.iterdir()) if path.is_dir() else ():
        generated = each.name in {"__pycache__", "build"} or each.name.endswith(".egg-info")
        if not generated and not each.name.startswith(".") and not (each / "pyvenv.cfg").exists():
            yield each.name.encode()
            yield from _files(each)
