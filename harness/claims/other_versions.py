"""Another set of versions: an environment of its own, made in a temporary folder, in which the ledger is run."""

import os
import re
import shutil
import signal
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from overlap.harness.host import our_package
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.children import Child, run
from overlap.harness.host.secrets import masked
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
    Answer the normalised name in *requirement*; raises `Mistake` where it has none or says no version.

    >>> name_of("LangChain_core==1.2.0")
    'langchain-core'
    """
    found = _NAME.match(requirement)
    if not found or not _REQUIREMENT.fullmatch(requirement.strip()):
        raise Mistake(f"{quoted(requirement)} names no version; write it as in langchain-core==1.2.0")
    return normal(found[0])


def check(wanted: Sequence[str]) -> None:
    """Raise `Mistake` for words that are no requirements, and where other versions cannot be had at all."""
    for each in wanted:
        name_of(each)
    if not (ROOT / LOCK).is_file():
        raise Mistake(
            f"{LOCK} is not there: --with needs Overlap's source folder, which an installed package does not have"
        )


def normal(name: str) -> str:
    """Answer *name* as package indexes compare names, without extras."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def direct(pyproject: str, wanted: Sequence[str]) -> list[str]:
    """
    Answer what to install: the project's own dependencies without their bounds, and *wanted* instead of its own.

    The bounds are left out since the point is to run on versions that the project does not ask for.
    """
    named = {name_of(each): each for each in wanted}
    listed = tomllib.loads(pyproject)["project"]["dependencies"]
    names = [found[0] for each in listed if (found := _NAME.match(each))]
    return [*(name for name in names if normal(name) not in named), *wanted]


def pins(lock: str, wanted: Sequence[str]) -> str:
    """Answer the pins of a lock file, without hashes and without those of the packages in *wanted*."""
    named = {name_of(each) for each in wanted}
    lines = (line.split(" \\")[0].rstrip() for line in lock.splitlines() if line[:1].isalnum())
    return "\n".join(line for line in lines if normal(line.partition("==")[0]) not in named) + "\n"


def prepare(folder: Path, wanted: Sequence[str]) -> Path:
    """
    Make the environment in *folder* and answer its interpreter.

    *wanted* are requirements such as "langchain-core==1.2.0"; all else is as pinned, as far as that goes with
    them. Raises `Mistake`, with the installer's last words, where there is no such set.
    """
    (folder / "in.txt").write_text("\n".join(direct((ROOT / "pyproject.toml").read_text("utf-8"), wanted)) + "\n")
    (folder / "pins.txt").write_text(pins((ROOT / LOCK).read_text("utf-8"), wanted))
    environment = folder / "env"
    python = environment / "bin" / "python"
    if uv := shutil.which("uv"):
        _do([uv, "venv", "-q", "--python", sys.executable, str(environment)], folder)
        # An existing output file is what uv prefers to keep to: the pins hold but where *wanted* rules them out.
        _do([uv, "pip", "compile", "-q", "--python", str(python), "in.txt", "-o", "pins.txt"], folder)
        _do([uv, "pip", "install", "-q", "--python", str(python), "-r", "pins.txt"], folder)
        return python
    _do([sys.executable, "-m", "venv", str(environment)], folder)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", "in.txt"]
    try:
        _do([*pip, "-c", "pins.txt"], folder)
    except Mistake:
        _do(pip, folder)
    return python


def _do(command: list[str], folder: Path) -> None:
    """
    Run an installer; it needs the user's own environment, which says where the package index is.

    What it unpacks and builds goes into *folder*, too: killed, it would leave it behind.
    """
    (folder / "tmp").mkdir(exist_ok=True)
    done = run(command, cwd=folder, env=os.environ | {"TMPDIR": str(folder / "tmp")})
    if done.returncode:
        output = (done.stderr or done.stdout).decode("utf-8", "replace")
        said = [line.strip() for line in masked(output).splitlines() if line.strip()]
        words = " ".join(line.lstrip("×╰─▶| ") for line in said[-3:])  # noqa: RUF001  the frame that uv draws
        raise Mistake(f"there is no such set of versions: {words or Path(command[0]).name}")


def carry_out(python: Path, words: Sequence[str]) -> int:
    """Run `overlap claims` with *words* by that interpreter, on this copy of the code; answer its exit code."""
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
