"""Reading a file of recorded numbers: columns separated by commas, blanks or tabs."""

import csv
import math
from datetime import datetime
from functools import cache

from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.recordings import input_files


@cache  # as many as the server's owner has named
def rows(path: str, columns: int) -> tuple[tuple[float, ...], ...]:
    """
    Return the file's lines, each as its first *columns* numbers; dates count as seconds of the epoch.

    A first line that is no numbers is a heading. Raises `BadSetting` for a file that cannot be read, or has a line
    that is short, no number, or below zero.
    """
    try:
        text = input_files.content(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as unreadable:
        why = getattr(unreadable, "strerror", None) or unreadable
        raise BadSetting(f"path={path}: cannot be read: {why}") from None
    separator = "," if "," in text.partition("\n")[0] else None
    lines = csv.reader(text.splitlines()) if separator else (line.split() for line in text.splitlines())
    numbers = []
    for number, cells in enumerate(lines, 1):
        if not cells:
            continue
        try:
            numbers.append(tuple(_number(cell) for cell in cells[:columns]))
        except ValueError:
            if number > 1:
                raise BadSetting(f"path={path}: line {number} has something else than numbers") from None
            continue
        if len(cells) < columns:
            raise BadSetting(f"path={path}: line {number} has fewer than {columns} columns")
    if not numbers:
        raise BadSetting(f"path={path}: has no numbers in it")
    return tuple(numbers)


def _number(cell: str) -> float:
    """Return a cell's number; a date (2023-11-16 18:15:46.6805900) is one too."""
    try:
        number = float(cell)
    except ValueError:
        day, _, clock = cell.strip().partition(" ")
        number = datetime.fromisoformat(f"{day}T{clock[:15]}+00:00").timestamp()
    if not math.isfinite(number) or number < 0:
        raise ValueError(cell)
    return number
