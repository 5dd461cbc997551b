"""Texts made fit to be shown to anyone: one line, no control characters, no paths of this machine, no secrets."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from overlap.harness.host.secrets import masked
from overlap.harness.text.one_line import one_line

LONGEST = 300
# A file or folder by its full name, at the start of a word; of a URL the slashes follow a colon.
_PATH = re.compile(r"(?<![\w.:/~-])(?:~|[A-Za-z]:(?=\\))?(?:[/\\][\w.@+~=-]+)*[/\\]([\w.@+~=-]+)[/\\]?(?![\w/\\])")
_BRACKET = re.compile(r"(?<=\w)\[")


def clean(text: object, most: int = LONGEST) -> str:
    """
    Return *text* as one line of at most *most* characters; of a path only its last name, of a secret nothing.

    What stands in the brackets behind a name are a test's parameters, in which a stroke makes no path.

    >>> clean("No module in /home/me/app.py" + chr(10) + "OPENAI_API_KEY=abc"), clean("tests/a.py::b[1/2]")
    ('No module in app.py OPENAI_API_KEY=[secret]', 'tests/a.py::b[1/2]')
    """
    return _cleaned(str(text), most)


@lru_cache(1000)  # every format tells the same names, several times a line
def _cleaned(text: str, most: int) -> str:
    line = masked(one_line(masked(text)))
    line = "".join(part if kept else _PATH.sub(r"\1", part) for part, kept in _parts(line))
    return line if len(line) <= most else line[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _parts(line: str) -> Iterator[tuple[str, bool]]:
    """
    Yield *line* in parts, and of each whether it is a test's parameters.

    These may have brackets of their own; where they do not match, they go as far as the last one that closes.
    """
    at = 0
    while bracket := _BRACKET.search(line, at):
        end = _closing(line, bracket.start())
        if end < 0:
            break
        yield line[at : bracket.start()], False
        yield line[bracket.start() : end + 1], True
        at = end + 1
    yield line[at:], False


def _closing(line: str, start: int) -> int:
    depth = 0
    for place in range(start, len(line)):
        depth += {"[": 1, "]": -1}.get(line[place], 0)
        if not depth:
            return place
    return line.rfind("]", start)


def apart(names: Iterable[str]) -> dict[str, str]:
    """
    Return what each of *names* is shown as, no two alike: those that differ in what is not shown are numbered.

    >>> apart(["/home/a/t.py", "/home/b/t.py", "x"])
    {'/home/a/t.py': 't.py', '/home/b/t.py': 't.py (2)', 'x': 'x'}
    """
    return distinct(names, lambda name: clean(name, LONGEST - 8), " ({})")


def distinct(names: Iterable[str], shown: Callable[[str], str], ending: str) -> dict[str, str]:
    """Return *names* as they are *shown*; where two would be alike, the second has an *ending* with its number."""
    labels: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        label, number = shown(name), 1
        while label in taken:
            number += 1
            label = f"{shown(name)}{ending.format(number)}"
        taken.add(label)
        labels[name] = label
    return labels
