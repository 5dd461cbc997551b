"""Another set of versions: an environment of its own, kept as a gate's are, in which the ledger is run."""

import os
import re
import signal
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from overlap.harness.gate.arms import envs, installer
from overlap.harness.gate.arms.lock import Lock, of_lines
from overlap.harness.host import our_package
from overlap.harness.host.environment import normalized, scrubbed
from overlap.harness.host.owned.children import Child
from overlap.harness.host.owned.temporary import temporary
from overlap.harness.text.choices import quoted
from overlap.harness.text.mistakes import Mistake

ROOT = our_package.FOLDER.parents[1]
"""The checkout, which has the lock file; an installed package has none."""
LOCK = Path("requirements/user.txt")
# A name, extras, and one or more comparisons with a version as PEP 440 spells it: no address, marker or option.
_REQUIREMENT = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,\s-]*\])?\s*"
    r"(?:(?:===|==|~=|!=|<=|>=|<|>)\s*v?[0-9]+(?:[.!][0-9]+)*(?:[-_.]?[A-Za-z]+[-_.]?[0-9]*)*"
    r"(?:\+[A-Za-z0-9.]+)?(?:\.\*)?\s*(?:,\s*(?=[=~!<>])|$))+"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?")


def name_of(requirement: str) -> str:
    """
    Return the normalised name in *requirement*; raises `Mistake` if it has none or says no version.

    >>> name_of("LangChain_core==1.2.0")
    'langchain-core'
    """
    match = _NAME.match(requirement)
    if not match or not _REQUIREMENT.fullmatch(requirement.strip()):
        raise Mistake(f"{quoted(requirement)} names no version; write it as in langchain-core==1.2.0")
    return normal(match[0])


def check(wanted: Sequence[str]) -> None:
    """Raise `Mistake` for words that are no requirements, and where other versions cannot be had at all."""
    for each in wanted:
        name_of(each)
    if not (ROOT / LOCK).is_file():
        raise Mistake(
            f"{LOCK} is not there: --with needs Overlap's source folder, which an installed package does not have"
        )


def normal(name: str) -> str:
    """Return *name* as package indexes compare names, without extras."""
    return normalized(name.partition("[")[0])


def direct(pyproject: str, wanted: Sequence[str]) -> list[str]:
    """
    Return what to install: the project's own dependencies without their bounds, and *wanted* instead of its own.

    The bounds are left out since the point is to run on versions that the project does not ask for.
    """
    named = {name_of(each): each for each in wanted}
    listed = tomllib.loads(pyproject)["project"]["dependencies"]
    names = [match[0] for each in listed if (match := _NAME.match(each))]
    return [*(name for name in names if normal(name) not in named), *wanted]


def pins(lock: str, wanted: Sequence[str]) -> str:
    """Return the pins of a lock file, without hashes and without those of the packages in *wanted*."""
    named = {name_of(each) for each in wanted}
    lines = (line.split(" \\")[0].rstrip() for line in lock.splitlines() if line[:1].isalnum())
    return "\n".join(line for line in lines if normal(line.partition("==")[0]) not in named) + "\n"


def prepare(wanted: Sequence[str], say: Callable[[str], None]) -> Path:
    """
    Return the interpreter of an environment that has *wanted*, and *say* so where it has to be made.

    *wanted* are requirements such as "langchain-core==1.2.0"; all else is as pinned, as far as that goes with
    them. Raises `Mistake`, with the installer's last words, where there is no such set.
    """
    asked = direct((ROOT / "pyproject.toml").read_text("utf-8"), wanted)
    pinned = pins((ROOT / LOCK).read_text("utf-8"), wanted)
    name = ", ".join(wanted)
    with temporary("claims") as folder:
        try:
            if uv := installer.uv():
                return _made(of_lines(name, _resolved(uv, folder, asked, pinned)), folder, say)
            # pip has no pins that give way: all of them hold, or none.
            (folder / "pins.txt").write_text(pinned, encoding="utf-8")
            free = of_lines(name, asked)
            # The folder's name is new each time, and no part of what is asked for.
            held = replace(of_lines(name, asked, pinned), text=f"{free.text}-c {folder / 'pins.txt'}\n")
            try:
                return _made(held, folder, say)
            except Mistake:
                return _made(free, folder, say)
        except Mistake as mistake:
            raise Mistake(f"there is no such set of versions: {mistake}") from mistake


def _resolved(uv: str, folder: Path, asked: Sequence[str], pinned: str) -> list[str]:
    """Return the versions that go with what is *asked*: those that are *pinned*, but where it rules them out."""
    (folder / "in.txt").write_text("\n".join(asked) + "\n", encoding="utf-8")
    # An existing output file is what uv prefers to keep to.
    (folder / "pins.txt").write_text(pinned, encoding="utf-8")
    words = ("pip", "compile", "-q", "--python", sys.executable, "--no-annotate", "--no-header")
    installer.run([uv, *words, "in.txt", "-o", "pins.txt"], folder)
    return (folder / "pins.txt").read_text("utf-8").splitlines()


def _made(lock: Lock, root: Path, say: Callable[[str], None]) -> Path:
    """Return the interpreter of the environment of *lock*, which may name files in *root*."""
    return envs.environment(envs.Recipe(lock, root), envs.folder(), say).python


def carry_out(python: Path, words: Sequence[str]) -> int:
    """Run `overlap claims` with *words* by that interpreter, on this copy of the code; return its exit code."""
    path = os.pathsep.join(filter(None, (str(our_package.IMPORTED_FROM), os.environ.get("PYTHONPATH"))))
    environment = scrubbed(PYTHONPATH=path)
    environment.pop("VIRTUAL_ENV", None)
    running = Child(our_package.command("overlap.harness.cli", "claims", *words, python=python), env=environment)
    try:
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:
                running.send_signal(signal.SIGINT)
    finally:
        running.end()
