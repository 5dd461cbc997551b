"""HTML, Markdown and terminal, made of hand-written sections."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from overlap.harness.report.formats import html, markdown, terminal
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn

TABLE = Table(
    (TableColumn("strategy"), TableColumn("total time", "ms", "last done - first start", numeric=True)),
    ((Datum("gather", sort="gather"), Datum("105", "101 - 109", 105.0)), (Datum("batch"), Datum("?"))),
    "two strategies",
)


def _report(*sections):
    return Report("a run", ("5 rounds", "80 calls"), sections, {})


def _section(**parts):
    return Section(**{"title": "Total time", "lead": "It took long.", "table": TABLE, "glance": "whole", **parts})


def test_a_section_in_markdown():
    """Title, answer, table, note; intervals stand behind their values."""
    assert markdown.render(_report(_section(note="A *note*."))).decode() == (
        "# a run\n\n5 rounds · 80 calls\n\n## Total time\n\n**It took long.**\n\ntwo strategies\n\n"
        "| strategy | total time, ms |\n|---|---:|\n| gather | 105 (101 - 109) |\n| batch | ? |\n\n"
        "A \\*note\\*.\n"
    )


def test_a_section_on_the_terminal():
    """The same, in columns."""
    lines = [line.rstrip() for line in terminal.render(_report(_section())).decode().splitlines()]
    assert lines == [
        "a run",
        "5 rounds · 80 calls",
        "",
        "Total time",
        "It took long.",
        "           total time,",
        "strategy            ms",
        "──────────────────────────",
        "gather    105 (101 - 109)",
        "batch                   ?",
    ] or lines[:5] == ["a run", "5 rounds · 80 calls", "", "Total time", "It took long."]
    assert any(re.search(r"gather +105 \(101 - 109\)", line) for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_on_the_terminal_is_wider_than_it_or_than_a_hundred(width):
    """Columns that do not fit are left out and counted; none is cut in the middle of a number."""
    columns = tuple(TableColumn(f"figure {i}", "ms", numeric=True) for i in range(30))
    row = tuple(Datum(f"{i}{i}{i},{i}{i}{i}.5", "1,000 - 2,000", float(i)) for i in range(30))
    out = StringIO()
    terminal.show(_report(_section(table=Table(columns, (row, row)))), Console(file=out, width=width))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= min(width, 100)
    assert any("more columns in the report" in line for line in lines)
    whole = {datum.text for datum in row} | {datum.whole for datum in row}
    assert all(word in " ".join(whole) for line in lines if ".5" in line for word in line.split())


def test_on_the_terminal_brackets_are_no_markup():
    """The library would take [bold] for a command."""
    out = StringIO()
    terminal.show(_report(_section(lead="It said [bold]no[/bold].")), Console(file=out, width=80))
    assert "[bold]no[/bold]" in out.getvalue()


def test_what_is_not_for_a_glance_is_left_to_the_report():
    """The terminal shows what a reader acts upon."""
    shown = terminal.render(
        _report(_section(title="Deep", glance="nothing"), _section(title="Lead", glance="lead"))
    )
    text = shown.decode()
    assert "Deep" not in text
    assert "Lead" in text
    assert "gather" not in text


@pytest.mark.parametrize(
    "words", ["<img src=x>", "a | b", "`code`", "[x](http://e.org)", "*a* _b_", "# h", "~~s~~"]
)
def test_in_markdown_nothing_from_a_run_is_markup(words):
    """Every special character is escaped, in headings, sentences and cells alike."""
    made = _report(_section(title=words, lead=words, table=Table((TableColumn(words),), ((Datum(words),),))))
    text = markdown.render(made).decode()
    bare = re.sub(r"\\.", "", text)
    for special in "`[]~":
        assert special not in bare
    assert "<img" not in text
    rows = [line for line in bare.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {2}


def test_a_long_markdown_table_is_folded():
    """A comment shows its answers before its details."""
    rows = tuple((Datum(str(i)), Datum(str(i))) for i in range(markdown.FOLDED_FROM + 1))
    assert "<details>" in markdown.render(_report(_section(table=Table(TABLE.columns, rows)))).decode()


def test_tables_that_are_left_to_the_page_are_counted():
    """Whoever reads the Markdown alone knows that there is more."""
    made = _report(_section(), _section(title="Deep", glance="nothing"), _section(title="Lead", glance="lead"))
    assert markdown.render(made).decode().endswith("\n(2 more tables in the HTML report)\n")
    assert "more table" not in markdown.render(_report(_section())).decode()


class _Page(HTMLParser):
    """Collects the tags of a page and their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keep every opening tag."""
        self.tags.append((tag, dict(attrs)))


def test_a_page_refers_to_nothing_but_itself():
    """One file, no network: no link, script, image or font from elsewhere, and a policy that forbids them."""
    page = _Page(html.render(_report(_section())).decode())
    sources = [attrs.get(key) for tag, attrs in page.tags for key in ("src", "href") if attrs.get(key)]
    assert sources
    assert all(source.startswith(("#", "data:")) for source in sources)
    policies = [
        attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies[0].startswith("default-src 'none'")


def test_a_page_is_headed_and_every_section_can_be_reached():
    """Each entry of the contents leads to a section."""
    page = _Page(html.render(_report(_section(), _section(title="Errors & such"))).decode())
    links = [attrs["href"][1:] for tag, attrs in page.tags if tag == "a"]
    ids = [attrs["id"] for tag, attrs in page.tags if tag == "section" and "id" in attrs]
    assert links == ids == ["total-time", "errors-such"]


def test_a_number_is_sorted_by_its_value_and_the_unknown_has_none():
    """The script reads data-sort; "1,503" would sort as a word."""
    page = _Page(html.render(_report(_section())).decode())
    cells = [attrs for tag, attrs in page.tags if tag == "td" and attrs.get("class") == "n"]
    assert [attrs.get("data-sort") for attrs in cells] == ["105.0", None]


def test_a_formula_stands_beside_its_figure():
    """A column's definition is told on its heading."""
    page = _Page(html.render(_report(_section())).decode())
    assert "last done - first start" in [attrs.get("title") for tag, attrs in page.tags if tag == "button"]


def test_a_page_escapes_what_comes_from_a_run():
    """Names and errors are text, wherever they stand."""
    evil = "<script>alert(1)</script>"
    table = Table((TableColumn(evil, evil, evil),), ((Datum(evil, evil, evil),),), evil)
    text = html.render(
        Report(evil, (evil,), (_section(title=evil, lead=evil, table=table, note=evil),), {})
    ).decode()
    assert "<script>alert" not in text
    assert text.count("alert(1)") >= 8


@pytest.mark.parametrize("form", [html, markdown, terminal])
def test_what_a_reader_of_a_table_must_know_stands_below_it(form):
    """In every format, and of a table without a note nothing."""
    said = "The batch has no latency of single calls."
    with_note, without = (
        " ".join(form.render(_report(_section(table=table))).decode().split())
        for table in (replace(TABLE, note=said), TABLE)
    )
    assert said in with_note
    assert with_note.index("batch") < with_note.index(said)
    assert said not in without
