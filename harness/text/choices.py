"""What there is instead of a wrong name: all of it where that is short, else what is spelled most like it."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 16
"""Names that still fit in a line."""

_CLOSE = 5


def choices(wrong: str, there: Iterable[str], every: str = "") -> str:
    """
    Return what to say behind "no option 'x'; "; *every* says how to have all of them listed.

    >>> choices("x", ["asyncio", "uvloop"])
    'there are: asyncio, uvloop'
    >>> choices("nam_7", [f"name_{n}" for n in range(40)], "overlap list names")
    'did you mean name_7, name_37, name_27, name_17 or name_9? All 40: overlap list names'
    >>> choices("?", [f"name_{n}" for n in range(40)], "overlap list names")
    'all 40: overlap list names'
    """
    names = list(there)
    if not names:
        return "there are none"
    if len(names) <= MOST:
        return f"there are: {', '.join(names)}"
    near = get_close_matches(wrong[:100], names, _CLOSE)
    listed = f"all {len(names)}: {every}" if every else f"there are {len(names)}: {', '.join(names[:_CLOSE])}, …"
    if not near:
        return listed
    meant = " or ".join(filter(None, (", ".join(near[:-1]), near[-1])))
    return f"did you mean {meant}? {listed[0].upper()}{listed[1:]}" if every else f"did you mean {meant}?"


def quoted(word: object, most: int = 60) -> str:
    """
    Return *word* in quotes as a message quotes it: what is long is cut in its middle.

    >>> quoted("abc"), quoted("a" * 50 + "b" * 50, 10)
    ("'abc'", "'aaaaa…bbbbb'")
    """
    text = str(word)
    return repr(text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2) :]}")
