"""One line for what somebody's application raised: what, where in their code, and what to do about it."""

import re
import traceback
from pathlib import Path

from overlap.harness.host.secrets import line, masked

# What environment variables that hold keys and addresses are called.
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|URL|ENDPOINT|PASSWORD|ID|HOST)\b")
LONGEST = 200


def traceback_of(wrong: BaseException) -> str:
    """Return the traceback of *wrong* without secrets: its last line may be told as a worker's last words."""
    return masked("".join(traceback.format_exception(wrong)))


class ApplicationError(Exception):
    """An application that cannot be had; the message is one line that says what and where."""


def failure_line(wrong: BaseException, place: str) -> str:
    """Say in one line why importing, building or calling *place* failed with *wrong*, without secrets."""
    return line(_reason(wrong, place), LONGEST + 200)


def _reason(wrong: BaseException, place: str) -> str:
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
    # Masked before it is cut: what is left of a secret at the end of a line is known to nobody.
    text = " ".join(masked(_said(wrong)).strip().split("\n", 1)[0].split())
    return f": {text[:LONGEST]}" if text else ""


def _said(wrong: BaseException) -> str:
    try:
        return str(wrong)
    except Exception as broken:  # noqa: BLE001  an exception of somebody's own, which cannot even be written
        return f"its message cannot be read: {type(broken).__name__}"


def _variable(wrong: BaseException) -> str | None:
    """Name the environment variable that *wrong* misses; None where it is about something else."""
    if isinstance(wrong, KeyError) and wrong.args and isinstance(wrong.args[0], str):
        key = wrong.args[0]
        return key if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", key) else None
    found = VARIABLE.search(_said(wrong))
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
