"""One line for what somebody's application raised: what, where in their code, and what to do about it."""

import re
import traceback
from pathlib import Path

# What environment variables that hold keys and addresses are called.
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|URL|ENDPOINT|PASSWORD|ID|HOST)\b")
LONGEST = 200


class Unloadable(Exception):
    """An application that cannot be had; the message is one line that says what and where."""


def reason(wrong: BaseException, place: str) -> str:
    """Say in one line why importing, building or calling *place* failed with *wrong*."""
    if isinstance(wrong, SyntaxError):
        return f"{Path(wrong.filename or place).name}, line {wrong.lineno}: {wrong.msg}"
    where = _where(wrong)
    at = f"{where}: " if where else f"{place}: "
    if isinstance(wrong, ModuleNotFoundError) and wrong.name:
        return f"{at}needs the package {wrong.name!r}, which is not installed here"
    if isinstance(wrong, SystemExit):
        return f"{at}ends the process while it is imported (exit code {wrong.code})"
    told = f"{at}{type(wrong).__name__}{_message(wrong)}"
    variable = _variable(wrong)
    return f"{told}; pass the variable on with --env {variable}" if variable else told


def _message(wrong: BaseException) -> str:
    """The first line of the message; the rest may be anything."""
    text = " ".join(str(wrong).split("\n", 1)[0].split())
    return f": {text[:LONGEST]}" if text else ""


def _variable(wrong: BaseException) -> str | None:
    """Name the environment variable that *wrong* misses; None where it is about something else."""
    if isinstance(wrong, KeyError) and wrong.args and isinstance(wrong.args[0], str):
        key = wrong.args[0]
        return key if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", key) else None
    found = VARIABLE.search(str(wrong))
    return found.group() if found else None


def _where(wrong: BaseException) -> str | None:
    """Answer the last line of somebody's own code that the error came through: `app.py, line 12`."""
    own = [
        frame
        for frame in traceback.extract_tb(wrong.__traceback__)
        if not frame.filename.startswith("<") and not _library(Path(frame.filename))
    ]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else None


def _library(path: Path) -> bool:
    """Tell whether *path* is an installed package's, the standard library's, or ours."""
    ours = Path(__file__).parents[1]
    standard = Path(traceback.__file__).parent
    parts = {"site-packages", "dist-packages"} & {*path.parts}
    return bool(parts) or ours in path.parents or standard in path.parents
