"""The report of a ledger, and of two."""

from io import StringIO

import pytest
from rich.console import Console

from overlap.harness.claims import comparing, telling


def words_of(report):
    """Everything a report says, in one string."""
    said = [report.title, *report.facts]
    for section in report.sections:
        for part in section.walk():
            rows = part.table.rows if part.table else ()
            said += [part.title, part.lead, *(datum.text for row in rows for datum in row)]
    return "\n".join(said)


def test_a_claim_stands_under_its_seed_and_its_theme(make_ledger):
    """With its verdict, its evidence, what decides it and what it was measured on."""
    report = telling.compose(make_ledger())
    [section] = [each for each in report.sections if each.title.startswith("S2")]
    [part] = section.parts
    assert part.title == "Waiting side by side"
    row = {head.name: datum.whole for head, datum in zip(part.table.columns, part.table.rows[0], strict=True)}
    assert row == {
        "claim": "C3 (S2)",
        "verdict": "false",
        "claimed": "It is so.",
        "measured": "it took 5 times as long",
        "decided by": "asyncio.gather (Python 3.11.7)",
    }
    assert [chart.name for chart in part.charts] == ["input-size"]


def test_what_changed_failed_or_could_not_be_judged_comes_first(make_ledger, make_finding):
    """Each with the reason."""
    ledger = make_ledger(
        make_finding(verdict="holds"),
        make_finding(id="C4", verdict=None, evidence="", error="it died"),
        make_finding(id="C5", verdict="not judged", evidence="the package fastapi is not installed"),
    )
    titles = [section.title for section in telling.compose(ledger).sections]
    assert titles[:4] == ["Verdicts", "Changed", "Failed", "Not judged"]
    said = words_of(telling.compose(ledger))
    assert "1 verdict not as on file: C3" in said
    assert "it died" in said
    assert "fastapi is not installed" in said


def test_a_ledger_with_nothing_amiss_says_so(make_ledger):
    """And has no section for what there is not."""
    report = telling.compose(make_ledger())
    assert report.sections[0].lead == "1 claim: 1 false; against the 1 on file, no verdict changed."
    assert not {"Changed", "Failed", "Not judged"} & {section.title for section in report.sections}


def test_all_formats_are_written_with_their_charts(tmp_path, make_ledger):
    """HTML and Markdown, and the drawings as files beside them."""
    telling.write(tmp_path, make_ledger())
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "report.md", "charts"}
    assert [path.name for path in (tmp_path / "charts").iterdir()] == ["input-size.svg"]
    page = (tmp_path / "report.html").read_text()
    assert "it took 5 times as long" in page
    assert "<svg" in page


def test_a_ledger_of_a_claim_that_is_gone_can_still_be_told(make_ledger, make_finding):
    """A claim's file may have been renamed since; only its chart is lost."""
    assert "It is so." in words_of(telling.compose(make_ledger(make_finding(name="c03_gone"))))


def test_a_ledger_of_another_version_of_a_claim_can_still_be_told(make_ledger, make_finding):
    """Facts that its file does not know, or has since got, cost its chart alone."""
    report = telling.compose(make_ledger(make_finding(facts={"pool": 6, "chain": [[1, 10]]})))
    assert "it took 5 times as long" in words_of(report)
    assert not [chart for section in report.sections for part in section.walk() for chart in part.charts]


@pytest.mark.parametrize("width", [60, 100])
def test_a_terminal_shows_every_verdict(make_ledger, width):
    """However narrow it is."""
    out = StringIO()
    telling.tell(make_ledger(), Console(file=out, width=width))
    assert "C3" in out.getvalue()
    assert "false" in out.getvalue()


def test_two_ledgers_say_what_changed_between_their_versions(make_ledger, make_finding):
    """The packages that differ, the claims whose verdict does, and then all of them."""
    old = {"python": "3.11.7", "packages": {"langchain-core": "1.2.0", "openai": "3.52.0"}}
    before = make_ledger(make_finding(verdict="holds"), make_finding(id="C4"), environment=old)
    after = make_ledger(make_finding(), make_finding(id="C4"), make_finding(id="C5"))
    said = words_of(comparing.compose(before, after))
    assert "2 versions differ: langchain-core and langchain-openai." in said
    assert "1 of 2 verdicts differ: C3." in said
    assert "Only one ledger has C5." in said
    assert comparing.differ(before, after)


def test_two_ledgers_that_agree_say_so(make_ledger):
    """Nothing is made of claims that only one of them has."""
    report = comparing.compose(make_ledger(), make_ledger())
    assert "All 1 verdict are the same." not in words_of(report)
    assert "The one verdict is the same." in words_of(report)
    assert not comparing.differ(make_ledger(), make_ledger())
