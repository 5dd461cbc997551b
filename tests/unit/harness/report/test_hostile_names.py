"""Whatever a cell, a test or an error is called, every format shows it as it is, and says what it leaves out."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser
from io import StringIO
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from overlap.harness.report.formats import annotations, checks, html, junit, markdown, terminal
from overlap.harness.report.formats._columns import width_of
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn
from overlap.harness.report.verdict import Check, WholeVerdict
from overlap.harness.text.one_line import one_line

NAMES = [
    "a | b || `c` ```d```",
    "line\none\r\n# two\n- three",
    "<b>x</b> <script>alert(1)</script> <!-- &lt; -->",
    "\x1b[31mred\x1b[0m \x07 \u202eback",
    "::error::gone",
    "100 %, a:b, [bold]c[/bold]",
    "👩\u200d💻 🔴 é 端",
    "@me #12 https://e.org ]]> $x$ :tada:",
    "y" * 300,
    "half \ud83d a letter",
]
MANY = 1000


def table(rows):
    """Make a table of verdicts in groups, with a sentence for each row."""
    columns = (
        TableColumn("verdict"),
        TableColumn("cell"),
        TableColumn("metric"),
        TableColumn("value", numeric=True),
    )
    return Table((*columns, TableColumn("why", prose=True)), tuple(rows), worst_first=True, grouped=1)


def report(name, rows=1):
    """Make a report that has *name* wherever a name can be."""
    entries = [(Datum("broken", tone="bad"), *map(Datum, (name, name, name, name)))] * rows
    checks = tuple(Check(name, f"{name} {i}", "broken", "bad", name, "budget") for i in range(rows))
    verdict = WholeVerdict("budgets", "Budgets", "broken", "bad", name, checks, (name,), 1.0, name)
    section = Section(name, name, table(entries), note=name, items=(name,), glance="whole")
    return Report(name, (name,), (section,), {}, verdict, "in the file of all")


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = Counter(), []
        self.feed(page)

    def handle_starttag(self, tag, _attrs):
        """Count it."""
        self.tags[tag] += 1

    def handle_data(self, data):
        """Keep it."""
        self.text.append(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_it_as_text(name):
    """It opens no tag; a plain name makes the same page otherwise."""
    page, plain = (Page(html.render(report(each)).decode()) for each in (name, "plain"))
    assert page.tags == plain.tags
    assert page.text.count(one_line(name)) == plain.text.count("plain") > 8


@pytest.mark.parametrize("name", NAMES)
def test_markdown_shows_it_as_text(name):
    """It makes no heading, list, column, tag, link or code; the same tokens come of a plain name."""
    kinds = []
    for each in (name, "plain"):
        tokens = MarkdownIt("commonmark").enable("table").parse(markdown.text(report(each)))
        kinds.append([(token.type, [child.type for child in token.children or ()]) for token in tokens])
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [30, 100])
def test_a_terminal_shows_it_whole_and_obeys_nothing_in_it(name, width):
    """No letter of it is a command, none is cut, and no line is wider than the terminal."""
    out = StringIO()
    terminal.show(report(name), Console(file=out, width=width, force_jupyter=False))
    text = out.getvalue()
    assert not [letter for letter in text if letter < " " and letter != "\n"]
    assert max(map(width_of, text.splitlines())) <= width
    # In answer, facts, title, lead, item, group, sentence and note.
    assert "".join(text.split()).count("".join(one_line(name).split())) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_junit_names_its_cases_by_it(name):
    """The file parses, and has the name in attributes and text."""
    [suite] = ET.fromstring(junit.render(report(name)))  # noqa: S314  written here
    whole, case = suite
    assert (case.get("classname"), case.get("name")) == (one_line(name), f"{one_line(name)} 0")
    assert case.find("failure").get("message") == one_line(name)
    assert one_line(name) in whole.find("system-out").text


@pytest.mark.parametrize("name", NAMES)
def test_an_annotation_is_one_command_with_it(name):
    """Two errors, of the whole and of the check, and a doubt: three lines of one command each."""
    lines = annotations.lines(report(name))
    assert [line.split()[0] for line in lines] == ["::error", "::error", "::notice"]
    for line in lines:
        [properties, message] = re.fullmatch(r"::\w+ (title=[^:,]*)::(.*)", line).groups()
        assert unquote(message).endswith(one_line(name))
        assert "\n" not in line + properties
    assert unquote(lines[1]).startswith(f"::error title={one_line(name)} broken::")


@pytest.mark.parametrize("name", NAMES)
def test_a_program_reads_it_as_it_was_given(name):
    """JSON needs no text to be made fit to be shown: the name is the same letters."""
    told = json.loads(checks.render(report(name)))
    assert (told["answer"], told["word"], told["doubts"], told["facts"]) == (name, "broken", [name], [name])
    assert told["checks"][0]["group"] == told["checks"][0]["message"] == name


def test_a_report_without_a_verdict_is_no_test_that_passed():
    """An empty file of JUnit would be green."""
    made = Report("a run", (), (), {})
    for form in (junit, annotations, checks):
        with pytest.raises(LookupError, match="verdicts"):
            form.render(made)


def test_every_format_counts_the_rows_that_it_leaves_out_and_says_where_they_are():
    """A page and JUnit XML have all; the others have the first, and nothing is cut in silence."""
    made = report("cell", MANY)
    whole = "in the file of all"
    text = terminal.render(made).decode()
    assert len(re.findall(r"^ broken +cell +cell$", text, re.MULTILINE)) == terminal.MOST_WORST
    assert f"({MANY - terminal.MOST_WORST} more rows {whole}: broken)" in text
    lines = annotations.lines(made)
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == annotations.MOST
    assert errors[-1].endswith(f"::and {1 + MANY - (annotations.MOST - 1):,} more, {whole}")
    small = markdown.text(made, 8000)
    rows = sum(line.startswith("| 🔴") for line in small.splitlines())
    assert 50 < rows < MANY
    assert f"({MANY - rows} more rows {whole}: broken)" in small
    assert len(small.encode()) <= 8000
    assert html.render(made).decode().count(">broken</td>") == MANY
    assert junit.render(made).decode().count("<failure") == MANY


@pytest.mark.parametrize(("form", "most"), [(terminal, terminal.MOST_ITEMS), (markdown, markdown.MOST_ITEMS)])
def test_sentences_of_a_kind_that_are_left_out_are_counted(form, most):
    """A page lists them all."""
    items = tuple(f"sentence {i}." for i in range(50))
    made = Report("a run", (), (Section("Doubts", "Some.", items=items, glance="whole"),), {}, None, "elsewhere")
    text = form.render(made).decode()
    assert text.count("sentence ") == most
    assert f"({50 - most} more elsewhere)" in text
    assert html.render(made).decode().count("<li>sentence ") == 50
