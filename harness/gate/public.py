"""Texts made fit to be shown to anyone: one line, no control characters, no paths of this machine, no secrets."""

import re
from collections.abc import Callable
from functools import lru_cache

LONGEST = 300
MASK = "***"
# Control characters, line ends, what turns the direction of writing, halves of characters.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
# A file or folder by its full name, at the start of a word; of a URL the slashes follow a colon.
_PATH = re.compile(r"(?<![\w.:/~-])(?:~|[A-Za-z]:(?=\\))?(?:[/\\][\w.@+~=-]+)*[/\\]([\w.@+~=-]+)[/\\]?(?![\w/\\])")
_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=://)[^/@\s]+(?=@)"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.+/=~-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"\b(?:sk|pk|ghp|gho|ghs|github_pat|xox[abp]|glpat|hf)[-_][\w-]{8,}"), MASK),
    (
        re.compile(r"(?i)\b([\w-]*(?:api[_-]?key|token|secret|password))(\s*[=:]\s*)(?!\*)[^\s,;&]+"),
        rf"\1\2{MASK}",
    ),
)


def clean(text: object, most: int = LONGEST) -> str:
    """
    Answer *text* as one line of at most *most* characters; of a path only its last name, of a secret nothing.

    >>> clean("No module in /home/me/app.py" + chr(10) + "OPENAI_API_KEY=abc"), clean("tests/a.py::b[1/2]")
    ('No module in app.py OPENAI_API_KEY=***', 'tests/a.py::b[1/2]')
    """
    return _cleaned(str(text), most)


@lru_cache(1000)  # every format tells the same names, several times a line
def _cleaned(text: str, most: int) -> str:
    line = " ".join(_UNSEEN.sub(" ", text).split())
    for pattern, instead in _RULES:
        line = pattern.sub(instead, line)
    line = _PATH.sub(r"\1", line)
    return line if len(line) <= most else line[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
