r"""
A string that matches a regular expression, made from the expression's own parts.

Python's dialect stands in for JavaScript's; what only the latter has (`\p{…}`, `(?<name>…)`) cannot be made.
"""

import re
import warnings
from collections.abc import Iterator, Sequence

from overlap.mock_server.wire.schema.pattern_tree import LONGEST, Part, Tree, Unmakeable, tree

# A backtracking match takes at most about 2**16 steps on a text this short, whatever the pattern.
_SHORT = 16
_OF_CATEGORY = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_CHOICES = [*map(chr, (*range(97, 123), *range(65, 91), *range(48, 58), *range(32, 127))), "é", "中"]
_UNSEEN = frozenset({"AT_BEGINNING", "AT_END", "AT_BOUNDARY", "AHEAD"})


def _fits(items: Sequence[Part], char: str) -> bool:
    """Return whether *char* is in a `[…]` of the tree."""
    negated = False
    for name, value in items:
        if name == "NEGATE":
            negated = True
        elif (
            (name == "LITERAL" and ord(char) == value)
            or (name == "RANGE" and value[0] <= ord(char) <= value[1])
            or (name == "CATEGORY" and _in_category(value, char))
        ):
            return not negated
    return negated


def _in_category(letter: str, char: str) -> bool:
    of = {"d": char.isdigit(), "w": char.isalnum() or char == "_", "s": char.isspace()}
    return of[letter] if letter.islower() else not of[letter.lower()]


def _one_of(items: Sequence[Part], turn: int) -> str:
    """Return a character of a `[…]`: each range in its turn, so that `[A-Za-z0-9]{8}` has some of each."""
    named = [chr(value[0] if name == "RANGE" else value) for name, value in items if name in {"RANGE", "LITERAL"}]
    named += [_OF_CATEGORY[value] for name, value in items if name == "CATEGORY"]
    fitting = [char for char in named if _fits(items, char)]
    fitting = fitting or [char for char in _CHOICES if _fits(items, char)][:1]
    if not fitting:
        raise Unmakeable("the pattern wants a character that is none of the usual ones")
    return fitting[turn % len(fitting)]


class _Writer:
    """One walk through a pattern's tree, in which each open repeat runs *extra* times more than it must."""

    def __init__(self, extra: int) -> None:
        self._extra = extra
        self._steps = 0
        self.parts: list[str] = []

    def write(self, parts: Tree) -> None:
        for name, value in parts:
            self._steps += 1
            if self._steps > 20 * LONGEST:
                raise Unmakeable("the pattern wants too long a text")
            if name == "REPEAT":
                self._repeat(*value)
            elif name == "BRANCH":
                self.write(value[0])
            elif name == "GROUP":
                self.write(value)
            elif name == "ANY":
                self.parts.append("a")
            elif name not in _UNSEEN:
                self.parts.append(_one_of(value if name == "IN" else [Part(name, value)], len(self.parts)))

    def _repeat(self, least: int, most: int, what: Tree) -> None:
        for _ in range(min(most, least + self._extra)):
            self._steps += 1
            self.write(what)
            if self._steps > 20 * LONGEST:
                raise Unmakeable("the pattern repeats too often")


def _text(parts: Tree, extra: int) -> str:
    writer = _Writer(extra)
    writer.write(parts)
    return "".join(writer.parts)


def _opens(parts: Tree, depth: int = 0) -> Iterator[int]:
    """Yield, for each open repeat, within how many others it lies; a lookahead is matched apart."""
    for part in parts:
        is_open = part.name == "REPEAT" and part.value[1] > 16
        if is_open:
            yield depth
        for inner in _within(part):
            yield from _opens(inner, depth + is_open)


def _within(part: Part) -> list[Tree]:
    """Return the trees within a part that are written."""
    if part.name == "REPEAT":
        return [part.value[-1]]
    if part.name == "GROUP":
        return [part.value]
    return list(part.value) if part.name == "BRANCH" else []


def _unseen(parts: Tree) -> list[Tree]:
    """Return what writing passes over: the edges, and the trees of lookaheads."""
    found: list[Tree] = []
    for part in parts:
        if part.name in _UNSEEN:
            found.append(part.value or [])
        for inner in _within(part):
            found += _unseen(inner)
    return found


def _tame(parts: Tree) -> bool:
    """Return whether matching cannot take forever: no open repeat in another, and few of them."""
    opens = list(_opens(parts))
    return len(opens) <= 3 and not any(opens) and all(_tame(ahead) for ahead in _unseen(parts) if ahead)


def matches(pattern: str, text: str) -> bool:
    """Return whether *text* matches; raises `Unmakeable` where finding out might take forever."""
    parts = tree(pattern)
    if len(text) > _SHORT and not (_tame(parts) and len(text) <= LONGEST):
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
    parts = tree(pattern)
    # Anchors at both ends and nothing else unseen: what is written matches by construction.
    closed = bool(parts) and parts[-1].name == "AT_END"
    certain = len(_unseen(parts)) == closed + (bool(parts) and parts[0].name == "AT_BEGINNING")
    for extra in (1, 0, *range(2, 40), *(least // part for part in (1, 2, 3, 4))):
        if extra > 20 * LONGEST:
            continue
        text = _text(parts, extra)
        if len(text) < least and not closed:
            text += "a" * (least - len(text))
        if least <= len(text) and (most is None or len(text) <= most) and (certain or matches(pattern, text)):
            return text
    raise Unmakeable("no text of the wanted length was found for the pattern")
