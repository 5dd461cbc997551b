"""Names that Markdown, GitHub or a terminal give a meaning are shown as the characters that they are."""

import pytest
from markdown_it import MarkdownIt

from overlap.harness.text.markdown import block, escaped, paragraph
from overlap.harness.text.one_line import one_line

HOSTILE = (
    "a | b || c \\| d \\",
    "`code` ```fence``` ~~~",
    "*a* **b** _c_ __d__ ~~e~~",
    "[x](http://e.org) ![y](z) [ref]: <a>",
    "<b>bold</b> <!-- gone --> &lt; &amp; <script>alert(1)</script>",
    "# heading #",
    "- item",
    "+ item",
    "12. item",
    "= a rule",
    "> quote",
    "---",
    "@me #12 www.e.org https://e.org a@b.example :tada: $x^2$",
    "👩‍💻 🔴 é 端",
    "x" * 300,
    "::error::gone%0A",
)
GRAMMAR = MarkdownIt("commonmark").enable("table")


def shown(text):
    """Return the text that a reader sees of Markdown, without the character of no width that keeps links apart."""
    tokens = [child for token in GRAMMAR.parse(text) for child in token.children or ()]
    assert {token.type for token in tokens} <= {"text", "strong_open", "strong_close"}, tokens
    return "".join(token.content for token in tokens).replace("\u200b", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is(name):
    """In a heading, in bold, in a line of its own, in a list."""
    for text in (f"## {escaped(name)}", f"x **{escaped(name)}** x", paragraph(name), f"- {paragraph(name)}"):
        assert shown(text).removeprefix("x ").removesuffix(" x") == one_line(name), text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_a_table_is_one_cell(name):
    """It opens no column and no row."""
    tokens = GRAMMAR.parse(f"| a | b |\n|---|---|\n| {escaped(name)} | 2 |\n")
    cells = [tokens[place + 1] for place, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 2
    seen = "".join(child.content for child in cells[0].children)
    assert seen.replace("\u200b", "") == one_line(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_a_block_does_not_end_it(name):
    """What follows is no text of ours."""
    tokens = GRAMMAR.parse("\n".join(block([name, "last"])))
    [fence] = [token for token in tokens if token.type == "fence"]
    assert fence.content.endswith("last\n")


def test_a_time_of_day_is_no_emoji():
    """It stands in every report."""
    assert escaped("2026-12-01 12:34:56") == "2026-12-01 12:34:56"


@pytest.mark.parametrize("name", ["@me", "#12", "https://e.org", "www.e.org", "a@b.example", "a:tada:b", ":100:"])
def test_nobody_is_mentioned_and_nothing_is_linked(name):
    """GitHub looks for these in the finished text, where an escaped character is like any other."""
    assert name not in escaped(name).replace("\\", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb\u2028c\td", "a b c d"),
        ("\x1b[31mred\x1b[0m \x07\x9b1m", "[31mred [0m 1m"),
        ("abc\u202edcba", "abc dcba"),
        ("ab\u200dcd", "ab cd"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("half \ud83d", "half"),
    ],
)
def test_what_is_not_seen_is_left_out(text, line):
    """A name cannot colour a terminal, turn its line around, or look like another; emoji stay whole."""
    assert one_line(text) == line
