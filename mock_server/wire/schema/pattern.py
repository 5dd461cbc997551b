r"""
A string that matches a regular expression, made from the expression's own parse tree.

Python's dialect stands in for JavaScript's; what only the latter has (`\p{…}`, `(?<name>…)`) cannot be made.
"""

import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

# Private, but the only parser there is; public `sre_parse` is deprecated in favour of nothing.
_parser: Any = import_module("re._parser")
_LONGEST = 1_000
# A backtracking match takes at most about 2**16 steps on a text this short, whatever the pattern.
_SHORT = 16
_OF_CATEGORY = {
    "CATEGORY_DIGIT": "1",
    "CATEGORY_WORD": "a",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": "a",
}
_CHOICES = [*map(chr, (*range(97, 123), *range(65, 91), *range(48, 58), *range(32, 127))), "é", "中"]
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_UNSEEN = frozenset({"AT", "ASSERT", "ASSERT_NOT"})


class Unmakeable(ValueError):
    """There is no string for this pattern that this module knows to make, or to check."""


def _tree(pattern: str) -> Any:
    if len(pattern) > _LONGEST:
        raise Unmakeable("the pattern is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise Unmakeable(f"the pattern is not understood: {error}") from None


def _fits(items: Any, char: str) -> bool:
    """Return whether *char* is in a `[…]` of the tree."""
    negated = False
    for op, value in items:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif (
            (name == "LITERAL" and ord(char) == value)
            or (name == "RANGE" and value[0] <= ord(char) <= value[1])
            or (name == "CATEGORY" and _in_category(str(value), char))
        ):
            return not negated
    return negated


def _in_category(name: str, char: str) -> bool:
    of = {"DIGIT": char.isdigit(), "WORD": char.isalnum() or char == "_", "SPACE": char.isspace()}
    bare = name.removeprefix("CATEGORY_")
    return not of[bare[4:]] if bare.startswith("NOT_") else of[bare]


def _one_of(items: Any, turn: int) -> str:
    """Return a character of a `[…]`: each range in its turn, so that `[A-Za-z0-9]{8}` has some of each."""
    named = [
        chr(value[0] if str(op) == "RANGE" else value) for op, value in items if str(op) in {"RANGE", "LITERAL"}
    ]
    named += [_OF_CATEGORY[str(value)] for op, value in items if str(op) == "CATEGORY"]
    fitting = [char for char in named if _fits(items, char)] or [char for char in _CHOICES if _fits(items, char)][
        :1
    ]
    if not fitting:
        raise Unmakeable("the pattern wants a character that is none of the usual ones")
    return fitting[turn % len(fitting)]


class _Writer:
    """One walk through a pattern's tree, in which each open repeat runs *extra* times more than it must."""

    def __init__(self, extra: int) -> None:
        self._extra = extra
        self._steps = 0
        self.parts: list[str] = []

    def write(self, tree: Any) -> None:
        for op, value in tree:
            self._steps += 1
            if self._steps > 20 * _LONGEST:
                raise Unmakeable("the pattern wants too long a text")
            self._node(str(op), value)

    def _node(self, name: str, value: Any) -> None:
        if name in _REPEATS:
            self._repeat(*value)
        elif name == "BRANCH":
            self.write(value[1][0])
        elif name == "SUBPATTERN":
            self.write(value[-1])
        elif name == "ATOMIC_GROUP":
            self.write(value)
        elif name not in _UNSEEN:
            self.parts.append(self._char(name, value))

    def _repeat(self, least: int, most: int, what: Any) -> None:
        for _ in range(min(int(most), least + self._extra)):
            self._steps += 1
            self.write(what)
            if self._steps > 20 * _LONGEST:
                raise Unmakeable("the pattern repeats too often")

    def _char(self, name: str, value: Any) -> str:
        if name == "LITERAL":
            return chr(value)
        if name == "NOT_LITERAL":
            return next(char for char in _CHOICES if ord(char) != value)
        if name == "ANY":
            return "a"
        if name == "IN":
            return _one_of(value, len(self.parts))
        raise Unmakeable("the pattern refers to itself")


def _text(tree: Any, extra: int) -> str:
    writer = _Writer(extra)
    writer.write(tree)
    return "".join(writer.parts)


def _opens(tree: Any, depth: int = 0) -> Iterator[int]:
    """Yield, for each open repeat, within how many others it lies; a lookahead is matched apart."""
    for op, value in tree:
        name = str(op)
        is_open = name in _REPEATS and int(value[1]) > 16
        if is_open:
            yield depth
        for part in _parts(name, value):
            yield from _opens(part, depth + is_open)


def _parts(name: str, value: Any) -> list[Any]:
    if name in _REPEATS or name == "SUBPATTERN":
        return [value[-1]]
    if name == "ATOMIC_GROUP":
        return [value]
    return list(value[1]) if name == "BRANCH" else []


def _unseen(tree: Any) -> list[Any]:
    """Return what writing passes over: the edges, and the subtrees of lookaheads."""
    found = []
    for op, value in tree:
        name = str(op)
        if name in _UNSEEN:
            found.append([] if name == "AT" else value[1])
        for part in _parts(name, value):
            found += _unseen(part)
    return found


def _tame(tree: Any) -> bool:
    """Return whether matching cannot take forever: no open repeat in another, and few of them."""
    opens = list(_opens(tree))
    return len(opens) <= 3 and not any(opens) and all(_tame(ahead) for ahead in _unseen(tree) if ahead)


def matches(pattern: str, text: str) -> bool:
    """Return whether *text* matches; raises `Unmakeable` where finding out might take forever."""
    tree = _tree(pattern)
    if len(text) > _SHORT and not (_tame(tree) and len(text) <= _LONGEST):
        raise Unmakeable("the pattern may take forever to check")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.search(pattern, text) is not None


def make(pattern: str, least: int = 0, most: int | None = None) -> str:
    """
    Return a string of *least* to *most* characters that matches *pattern*.

    >>> make("^[A-Z]{3}-[0-9]+$"), make("^a+$", least=5)
    ('AAA-00', 'aaaaa')
    """
    tree = list(_tree(pattern))
    # Anchors at both ends and nothing else unseen: what is written matches by construction.
    closed = bool(tree) and str(tree[-1][1]).startswith("AT_END")
    certain = len(_unseen(tree)) == closed + (bool(tree) and str(tree[0][1]).startswith("AT_BEGINNING"))
    for extra in (1, 0, *range(2, 40), *(least // part for part in (1, 2, 3, 4))):
        if extra > 20 * _LONGEST:
            continue
        text = _text(tree, extra)
        if len(text) < least and not closed:
            text += "a" * (least - len(text))
        if least <= len(text) and (most is None or len(text) <= most) and (certain or matches(pattern, text)):
            return text
    raise Unmakeable("no text of the wanted length was found for the pattern")
