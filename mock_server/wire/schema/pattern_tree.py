r"""
The parts of a regular expression, as a tree: what a writer of matching strings walks through.

Only what Python's `re` compiles is read here, so that nothing needs to be said of mistakes. A part is a name and a
value:

    LITERAL code · NOT_LITERAL code · ANY None · CATEGORY letter (d w s and their opposites D W S)
    IN [parts of a class; NEGATE first where it begins with ^; RANGE (first, last)]
    AT_BEGINNING · AT_END · AT_BOUNDARY None                edges
    REPEAT (least, most, tree) · BRANCH [trees] · GROUP tree
    AHEAD tree                                              what must, or must not, be before or behind
"""

import re
import warnings
from typing import Any, NamedTuple

LONGEST = 1_000
DEEPEST = 50
"""Groups within groups."""
ENDLESS = 1 << 32
"""How often an open repeat may run."""

_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_EDGES = {"A": "AT_BEGINNING", "Z": "AT_END", "b": "AT_BOUNDARY", "B": "AT_BOUNDARY"}
_HEX = {"x": 2, "u": 4, "U": 8}
_TIMES = re.compile(r"\{(\d*)(,?)(\d*)\}")
_FLAGS = re.compile(r"\(\?([aiLmsux]*)(?:-[imsx]+)?([:)])")
_AROUND = ("(?=", "(?!", "(?<=", "(?<!")


class Unmakeable(ValueError):
    """There is no instance, or string, that this server knows to make, or to check."""


class Part(NamedTuple):
    """A part of a pattern: see the table above."""

    name: str
    value: Any


Tree = list[Part]


def tree(pattern: str) -> Tree:
    """Return the parts of *pattern*; raises `Unmakeable` for one that is too long, wrong, or refers to itself."""
    if len(pattern) > LONGEST:
        raise Unmakeable("the pattern is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise Unmakeable(f"the pattern is not understood: {error}") from None
    return _Reader(pattern).branches()


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def branches(self) -> Tree:
        """Read alternatives up to the end of the pattern, or of the group."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unmakeable("the pattern is not understood: too many groups within groups")
        alternatives = [self._sequence()]
        while self._take("|"):
            alternatives.append(self._sequence())
        self._depth -= 1
        return alternatives[0] if len(alternatives) == 1 else [Part("BRANCH", alternatives)]

    def _take(self, word: str) -> bool:
        there = self._pattern.startswith(word, self._at)
        self._at += len(word) if there else 0
        return there

    def _next(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _sequence(self) -> Tree:
        parts: Tree = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            parts += self._one()
            if parts:  # behind a comment, too, it is the part before that is repeated
                parts[-1] = self._repeated(parts[-1])
        return parts

    def _one(self) -> Tree:
        """Read one part; none for a comment or flags."""
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return [self._class()]
        if char == "\\":
            return [self._escape()]
        edge = {"^": "AT_BEGINNING", "$": "AT_END"}.get(char)
        return [Part(edge, None) if edge else Part("ANY", None) if char == "." else Part("LITERAL", ord(char))]

    def _repeated(self, part: Part) -> Part:
        """Read how often *part* is repeated, if it is."""
        times: tuple[int, int] | None = None
        for sign, bounds in (("*", (0, ENDLESS)), ("+", (1, ENDLESS)), ("?", (0, 1))):
            if self._take(sign):
                times = bounds
                break
        else:
            counted = _TIMES.match(self._pattern, self._at)
            if counted and (counted[1] or counted[3]):
                self._at = counted.end()
                least = int(counted[1] or 0)
                times = least, int(counted[3] or ENDLESS) if counted[2] else least
        if times is None:
            return part
        _ = self._take("?") or self._take("+")  # lazy or possessive: what is written is the same
        return Part("REPEAT", (*times, [part]))

    def _group(self) -> Tree:
        """Read a group, behind its opening bracket."""
        self._at -= 1
        if self._take("(?#"):
            self._at = self._pattern.index(")", self._at) + 1
            return []
        if self._pattern.startswith(("(?P=", "(?("), self._at):
            raise Unmakeable("the pattern refers to itself")
        name = "AHEAD" if any(map(self._take, _AROUND)) else "GROUP"
        flags = _FLAGS.match(self._pattern, self._at) if name == "GROUP" else None
        if flags:
            if "x" in flags[1]:
                raise Unmakeable("the pattern is not understood: blanks that mean nothing")
            self._at = flags.end()
            if flags[2] == ")":
                return []
        elif name == "GROUP" and self._take("(?P<"):
            self._at = self._pattern.index(">", self._at) + 1
        elif name == "GROUP" and not self._take("(?>"):
            self._at += 1
        inner = self.branches()
        self._at += 1
        return [Part(name, inner)]

    def _escape(self) -> Part:
        """Read what follows a backslash, outside a class."""
        char = self._pattern[self._at]
        if char in _EDGES:
            self._at += 1
            return Part(_EDGES[char], None)
        if char in "123456789" and not re.match(r"[0-3][0-7][0-7]", self._pattern[self._at :]):
            raise Unmakeable("the pattern refers to itself")
        return self._character()

    def _character(self) -> Part:
        """Read what follows a backslash: a category, or a character."""
        char = self._next()
        if char in "dwsDWS":
            return Part("CATEGORY", char)
        if char in _CONTROL:
            return Part("LITERAL", ord(_CONTROL[char]))
        if char in _HEX:
            self._at += _HEX[char]
            return Part("LITERAL", int(self._pattern[self._at - _HEX[char] : self._at], 16))
        if char == "N":
            raise Unmakeable("the pattern is not understood: names of characters")
        octal = re.match(r"0[0-7]{0,2}|[0-3][0-7][0-7]", self._pattern[self._at - 1 :])
        if octal:
            self._at += octal.end() - 1
            return Part("LITERAL", int(octal[0], 8))
        return Part("LITERAL", ord(char))

    def _class(self) -> Part:
        """Read a `[…]`, behind its opening bracket."""
        parts: Tree = [Part("NEGATE", None)] if self._take("^") else []
        first = True
        while first or self._pattern[self._at] != "]":
            first = False
            part = self._member()
            if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]" and part.name == "LITERAL":
                self._at += 1
                part = Part("RANGE", (part.value, self._member().value))
            parts.append(part)
        self._at += 1
        return Part("IN", parts)

    def _member(self) -> Part:
        char = self._next()
        if char != "\\":
            return Part("LITERAL", ord(char))
        return Part("LITERAL", 8) if self._take("b") else self._character()
