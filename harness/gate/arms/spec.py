"""
What the words of `--base` and `--candidate` ask for: refs, folders, requirement files and settings.

A word is one of

    main  HEAD~1  3f2a9c1       a git ref: that commit, in a worktree of its own
    .  ../other                 a folder: its files as they are, committed or not
    requirements/new.txt        a requirement file, laid over the lock
    lock=FILE                   the lock to use, found from the arm's folder
    client= loop= strategy=     settings of the cells; several with commas: client=httpx2,loop=uvloop
    executor=64  env.NAME=value  python=3.13

and a side may be given several. A folder and a branch of the same name: the folder; write refs/heads/NAME.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from overlap.harness import registry
from overlap.harness.host.secrets import hide, masked, shown
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker import loops

# Stands for the commit from which the candidate came; only git knows which that is.
FORK = "@fork"
KEYS = ("lock", "client", "loop", "strategy", "executor", "env.NAME", "python")
# What the trial sets itself, the same for both arms or upon which the arms rest.
OURS = ("PYTHONPATH", "PYTHONHASHSEED", "PYTHONHOME", "PYTHONSAFEPATH", "VIRTUAL_ENV")
_KEY = re.compile(r"[A-Za-z_][\w.]*=")
_NEXT = re.compile(r",(?=[A-Za-z_][\w.]*=)")
_NAME = re.compile(r"[A-Za-z_]\w*")
# The folders of an absolute path: they may name a person.
_FOLDERS = re.compile(r"(^|[\s=,])[/~][^\s,]*/(?=[^\s,/])")
_VERSION = re.compile(r"3\.\d+(\.\d+)?t?")


@dataclass(frozen=True, slots=True)
class SideSpec:
    """
    One arm as it was asked for; what was not asked for is None or empty, and means: as it is here and now.

    *ref* is a git ref, or `FORK`; *path* a folder; never both. *requirements* are files laid over the lock, in
    their order. *python* is a version or a path. *words* are as the user wrote them.
    """

    ref: str | None = None
    path: Path | None = None
    requirements: tuple[Path, ...] = ()
    lock: Path | None = None
    client: str | None = None
    loop: str | None = None
    strategy: str | None = None
    executor: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    words: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the cells and of their environment that were asked for, as they may be told."""
        chosen = {key: getattr(self, key) for key in ("client", "loop", "strategy", "executor")}
        given: dict[str, Any] = {key: value for key, value in chosen.items() if value is not None}
        return given | {f"env.{key}": shown(key, value) for key, value in self.env.items()}

    @property
    def text(self) -> str:
        """The words as they may be told: without values that look like secrets, and folders of absolute paths."""
        text = " ".join(self.words)
        for key, value in self.env.items():
            text = text.replace(f"env.{key}={value}", f"env.{key}={shown(key, value)}")
        return _FOLDERS.sub(r"\1…/", masked(text))


def specs(base: Iterable[str], candidate: Iterable[str], here: Path | None = None) -> tuple[SideSpec, SideSpec]:
    """
    Read the words of both sides, files and folders being looked for from *here*.

    Where no side names a ref or a folder but some setting is named, both are the tree as it is, and no git is
    needed. Else a side that names neither is, for the candidate, the tree as it is; for the base, the commit from
    which the candidate came. Raises `Mistake`.
    """
    here = here or Path.cwd()
    first, second = spec("base", base, here), spec("candidate", candidate, here)
    placed = first.ref or first.path or second.ref or second.path
    if placed or not (first.words or second.words):
        second = second if second.ref or second.path else replace(second, path=here)
        first = first if first.ref or first.path else replace(first, ref=FORK)
    return first, second


def spec(side: str, words: Iterable[str], here: Path) -> SideSpec:
    """Read the words of one *side*; raises `Mistake` for a word that means nothing or contradicts another."""
    given: dict[str, Any] = {"requirements": (), "env": {}, "words": tuple(words)}
    for word in given["words"]:
        for key, value in _meant(side, word.strip(), here):
            if key == "requirements":
                given[key] += (value,)
            elif key.startswith("env."):
                _once(side, given["env"], key.removeprefix("env."), value, shown)
            else:
                _once(side, given, key, value)
    if "ref" in given and "path" in given:
        raise Mistake(f"--{side} names both a ref and a folder: {given['ref']} and {given['path']}")
    hide(given["env"].values())
    return SideSpec(**given)


def _once(
    side: str,
    values: dict[str, Any],
    key: str,
    value: Any,
    shorten: Callable[[str, str], str] = lambda _, value: value,
) -> None:
    if values.setdefault(key, value) != value:
        if what := {"ref": "refs", "path": "folders"}.get(key):
            raise Mistake(f"--{side} names two {what}: {values[key]} and {value}")
        raise Mistake(
            f"--{side} gives {key} two values: {shorten(key, str(values[key]))} and {shorten(key, str(value))}"
        )


def _meant(side: str, word: str, here: Path) -> list[tuple[str, Any]]:
    """Return the fields that *word* sets, and to what."""
    if not word or word.startswith("-"):
        raise Mistake(f"--{side} {word!r} is no ref, folder, requirement file or setting")
    there = here / Path(word).expanduser()
    if _KEY.match(word) and not there.exists():
        return [_setting(side, part) for part in _NEXT.split(word)]
    if there.is_dir():
        return [("path", there.resolve())]
    if there.is_file():
        if there.suffix not in {".txt", ".in"}:
            raise Mistake(f"--{side} {word!r} is a file, but no requirement file (.txt); a lock is lock={word}")
        return [("requirements", there.resolve())]
    if word.endswith(".txt") or word.startswith((".", "/", "~")):
        kind = "requirement file" if word.endswith(".txt") else "folder"
        raise Mistake(f"--{side}: there is no {kind} {word!r}")
    return [("ref", word)]


def _setting(side: str, part: str) -> tuple[str, Any]:
    key, _, value = part.partition("=")
    if key.startswith("env."):
        return _variable(side, key, value)
    if key not in _READ:
        raise Mistake(f"--{side}: no setting {key!r}; there are: {', '.join(KEYS)}")
    if not value:
        raise Mistake(f"--{side}: {key}= needs a value")
    return key, _READ[key](side, value)


def _variable(side: str, key: str, value: str) -> tuple[str, str]:
    name = key.removeprefix("env.")
    if not _NAME.fullmatch(name):
        raise Mistake(f"--{side}: {name!r} is no name of an environment variable")
    if name in OURS:
        raise Mistake(f"--{side}: {name} is set by the gate itself, for both arms alike")
    return key, value


def _entry(folder: str) -> Callable[[str, str], str]:
    def read(side: str, name: str) -> str:
        try:
            registry.check(folder, name)
        except registry.Unknown as unknown:
            raise Mistake(f"--{side}: {unknown}") from unknown
        return name

    return read


def _loop(side: str, name: str) -> str:
    if name not in loops.LOOPS:
        raise Mistake(f"--{side}: no loop {name!r}; there are: {', '.join(loops.LOOPS)}")
    return name


def _threads(side: str, value: str) -> int:
    if not value.isascii() or not value.isdecimal() or len(value) > 7 or not 1 <= int(value) <= 1_000_000:
        raise Mistake(f"--{side}: executor must be a whole number between 1 and 1000000, not {value!r}")
    return int(value)


def _python(side: str, value: str) -> str:
    if not _VERSION.fullmatch(value) and "/" not in value and not Path(value).name.startswith("python"):
        raise Mistake(f"--{side}: python must be a version such as 3.13 or a path, not {value!r}")
    return str(Path(value).expanduser().absolute()) if "/" in value else value


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "lock": lambda _, value: Path(value).expanduser(),
    "client": _entry("overlap.harness.clients"),
    "loop": _loop,
    "strategy": _entry("overlap.harness.strategies"),
    "executor": _threads,
    "python": _python,
}
