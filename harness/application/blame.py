"""Turns an exception of the user's application into one line: what, where in the code, and what to do."""

import re
import traceback
from pathlib import Path

from overlap.harness.host.environment import environment_name
from overlap.harness.host.secrets import line, masked

# Names of environment variables that hold keys and addresses.
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|URL|ENDPOINT|PASSWORD|ID|HOST)\b")
LONGEST = 200


def traceback_of(wrong: BaseException) -> str:
    """Return the traceback of *wrong* without secrets; error messages may quote its last line."""
    return masked("".join(traceback.format_exception(wrong)))


class ApplicationError(Exception):
    """The user's application cannot be imported or built; the message is one line that says what and where."""


def failure_line(wrong: BaseException, place: str) -> str:
    """Return one line, without secrets, that says why importing, building or calling *place* raised *wrong*."""
    return line(_reason(wrong, place), LONGEST + 200)


def _reason(wrong: BaseException, place: str) -> str:
    if isinstance(wrong, SyntaxError):
        return f"{Path(wrong.filename or place).name}, line {wrong.lineno}: {wrong.msg}"
    where = _where(wrong)
    at = f"{where}: " if where else f"{place}: "
    if isinstance(wrong, ModuleNotFoundError) and wrong.name:
        return (
            f"{at}needs the package {wrong.name!r}, which is not installed in the environment {environment_name()}"
        )
    if isinstance(wrong, SystemExit):
        return f"{at}ends the process while it is imported (exit code {wrong.code})"
    text = f"{at}{type(wrong).__name__}{_message(wrong)}"
    variable = _variable(wrong)
    return f"{text}; pass the variable on with --env {variable}" if variable else text


def _message(wrong: BaseException) -> str:
    """Return the first line of the message, which may be followed by anything."""
    # Masked before it is cut, because a half of a secret at the end of the line would not be recognised.
    text = " ".join(masked(_full_message(wrong)).strip().split("\n", 1)[0].split())
    return f": {text[:LONGEST]}" if text else ""


def _full_message(wrong: BaseException) -> str:
    try:
        return str(wrong)
    except Exception as broken:  # noqa: BLE001  the `__str__` of the user's exception may raise anything
        return f"its message cannot be read: {type(broken).__name__}"


def _variable(wrong: BaseException) -> str | None:
    """Return the name of the environment variable that is missing; None if *wrong* is about something else."""
    if isinstance(wrong, KeyError) and wrong.args and isinstance(wrong.args[0], str):
        key = wrong.args[0]
        return key if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", key) else None
    match = VARIABLE.search(_full_message(wrong))
    return match.group() if match else None


def _where(wrong: BaseException) -> str | None:
    """Return the last line of the user's own code in the traceback, as `app.py, line 12`; None without one."""
    return _last_own(traceback.extract_tb(wrong.__traceback__))


def own_line() -> str | None:
    """Return the line of the user's own code that is being executed, as `app.py, line 12`; None without one."""
    return _last_own(traceback.extract_stack(limit=200))


def _last_own(frames: traceback.StackSummary) -> str | None:
    own = [frame for frame in frames if not frame.filename.startswith("<") and not _library(Path(frame.filename))]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else None


def _library(path: Path) -> bool:
    """Return whether *path* belongs to an installed package, the standard library, or us."""
    ours = Path(__file__).parents[1]
    standard = Path(traceback.__file__).parent
    parts = {"site-packages", "dist-packages"} & {*path.parts}
    return bool(parts) or ours in path.parents or standard in path.parents
