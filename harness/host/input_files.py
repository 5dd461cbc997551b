"""Reads a file that a user named: a regular one of a sensible size, or one line that says why not."""

import stat
from pathlib import Path
from typing import Any

from overlap.harness.text.mistakes import Mistake

MIB = 1 << 20


def checked(path: Path, most: int = 64 * MIB, shown: str | None = None) -> Path:
    """
    Return *path* where it is a regular file of at most *most* bytes. Raises `Mistake`, which calls it *shown*.

    A pipe would be waited for, and a device such as /dev/zero read without end.
    """
    shown = shown or str(path)
    try:
        status = path.stat()
    except OSError as wrong:
        raise Mistake(f"cannot read {shown}: {wrong.strerror}") from wrong
    except ValueError:
        raise Mistake(f"no file can be called {shown!r}") from None
    if stat.S_ISDIR(status.st_mode):
        raise Mistake(f"cannot read {shown}: it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise Mistake(f"cannot read {shown}: it is no regular file but a pipe or a device")
    if status.st_size > most:
        size = f"{status.st_size / MIB:,.0f} MiB, and {most / MIB:,.0f} are allowed"
        raise Mistake(f"cannot read {shown}: it has {size}")
    return path


def text_of(path: Path, most: int = 64 * MIB, shown: str | None = None) -> str:
    """Return the text of the file at *path*; raises `Mistake` as `checked` does, and for what is not UTF-8."""
    try:
        return checked(path, most, shown).read_text(encoding="utf-8-sig")
    except OSError as wrong:
        raise Mistake(f"cannot read {shown or path}: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        line = path.read_bytes()[: wrong.start].count(b"\n") + 1
        raise Mistake(f"cannot read {shown or path}, line {line}: it is not UTF-8 text") from wrong


def toml_of(path: Path) -> dict[str, Any]:
    """Return what the TOML file at *path* holds; raises `Mistake` as `text_of` does, and for what is not TOML."""
    import tomllib  # not in 3.10, under which a worker runs, too

    text = text_of(path, MIB)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Mistake(f"cannot read {path}: it is not TOML: {wrong}") from wrong


def read_toml(path: Path) -> dict[str, Any]:
    """Read options from a TOML file; `-` and `_` in keys are the same. Raises `Mistake`."""
    return {key.replace("-", "_"): value for key, value in toml_of(path).items()}
