"""Text inside Markdown, shown as it is: no markup, no link, no line of its own, and no @mention."""

import re
from collections.abc import Iterable, Iterator

from overlap.harness.text.one_line import one_line

_SPECIAL = re.compile(r"([\\`*_\[\]|~$#])")
# GitHub reads names, numbers of issues, addresses and emoji out of the finished text, however they were escaped:
# only a character of no width that stands between keeps it from doing so.
_LINKED = re.compile(r"(://|[@#](?=\w)|\bwww\.|:(?=(?:[\w+-]*[a-zA-Z][\w+-]*|100|1234|[+-]1):))")
# What makes a heading, a list or a rule of a line that it begins.
_FIRST = re.compile(r"^(?=[-+#=]|\d+[.)])")
_APART = "&#8203;"


def escaped(words: object) -> str:
    r"""
    Return *words* for a cell of a table, or within a line.

    >>> escaped("a|b <i> *c* @me")
    'a\\|b &lt;i&gt; \\*c\\* @&#8203;me'
    """
    flat = one_line(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINKED.sub(rf"\1{_APART}", _SPECIAL.sub(r"\\\1", flat))


def paragraph(words: object) -> str:
    """
    Return *words* for a line that begins with them.

    >>> paragraph("1. no list"), paragraph("a list? - no")
    ('&#8203;1. no list', 'a list? - no')
    """
    return _FIRST.sub(_APART, escaped(words))


def block(lines: Iterable[str]) -> Iterator[str]:
    """Yield *lines* as a block of code, in which every character has one width; none of them can end it."""
    yield "```text"
    yield from (line.replace("```", "'''") for line in lines)
    yield from ("```", "")
