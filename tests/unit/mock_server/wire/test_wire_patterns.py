"""Strings made for a pattern match it, whatever the pattern is made of; what is not understood is said."""

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.mock_server.wire.schema.pattern import make
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable, tree

PARTS = (
    *("a", "Z", "7", " ", "é", ".", r"\d", r"\W", r"\s", r"\S", r"\n", r"\.", r"\x41", r"\u00e9", r"\101", r"\0"),
    *("[abc]", "[^abc]", "[a-f0-9]", r"[\d_]", r"[^\s]", "[]a]", "[^]]", "[a-]", r"[\]\-]", r"[\b]", "[.*]"),
    *(
        "(ab)",
        "(?:ab|cd)",
        "(?P<name>x)",
        "(?>ab)",
        "(a|b|)",
        "(?#what it is)",
        "(?i:a)",
        "(?=a)",
        "(?!q)",
        "(?<!q)",
    ),
    *("^", "$", r"\b", r"\A", r"\Z"),
)
TIMES = ("", "", "", "?", "*", "+", "{3}", "{2,}", "{,2}", "{1,3}", "+?", "*?", "{2,3}?", "{", "{a}")


@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(TIMES)), min_size=1, max_size=6), st.integers(0, 9)
)
def test_what_is_made_matches(parts, least):
    """As Python's own matcher has it; a pattern that it does not compile is refused."""
    pattern = "".join(part + times for part, times in parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = make(pattern, least)
        except Unmakeable:
            return
        assert re.search(pattern, text)
        assert len(text) >= least


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z]{3}-[0-9]+$", "AAA-00"),
        (r"^\d{4}-\d{2}-\d{2}$", "1111-11-11"),
        ("^(?:cat|dog)s?$", "cats"),
        ("^(?P<a>x{2})[^x]$", "xxa"),
        ("^[^a]$", "b"),
        (r"^\u0041\x42\103\t$", "ABC\t"),
        ("^a{,2}b{2}$", "abb"),
        ("^[]]$", "]"),
        (r"^(?#a comment)(?i:a)$", "a"),
        (r"^[\w.+-]+@[a-z]+\.[a-z]{2,}$", None),
    ],
)
def test_a_pattern_has_its_text(pattern, text):
    """Worked by hand; where none is given, it matches."""
    made = make(pattern)
    assert re.search(pattern, made)
    assert text is None or made == text


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "refers to itself"),
        ("(?P<n>a)(?P=n)", "refers to itself"),
        ("(a)(?(1)b|c)", "refers to itself"),
        ("(", "not understood"),
        ("(" * 60 + ")" * 60, "too many groups within groups"),
        ("a" * 1001, "too long"),
        ("(?x) a b", "blanks that mean nothing"),
        ("(((a{1000}){1000}){1000})", "too long"),
        ("[^\\s\\S]", "none of the usual ones"),
    ],
)
def test_what_cannot_be_made_is_said(pattern, reason):
    """In words, within a bound on time."""
    with pytest.raises(Unmakeable, match=reason):
        make(pattern)


def test_parts_are_what_they_look_like():
    """A letter, a class, a repeat of a group."""
    assert tree("a[b-d]") == [("LITERAL", 97), ("IN", [("RANGE", (98, 100))])]
    assert tree("(x)+") == [("REPEAT", (1, 1 << 32, [("GROUP", [("LITERAL", 120)])]))]
