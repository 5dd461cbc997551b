"""What every report section owes: an answer in a sentence, or nothing at all, for any run whatever."""

import re

import pytest

from harness import registry
from harness.record import Cell
from harness.report.build import SECTIONS
from harness.stats.summary import summarise
from harness.store import read

NAMES = registry.names(SECTIONS)


CALIBRATION = {
    "timers": [{"loop": "asyncio", "clock_step": 40, "histogram": [[50_000, 3], [None, 1]]}, {"loop": 1}, "?"],
    "floor": [
        {
            "client": "floor",
            "loop": "asyncio",
            "concurrency": 16,
            "calls": 8,
            "rounds": [{"overhead.p50": 9e9}, 1],
        },
        {"client": "floor"},
    ],
}
KINDS = ["rich", "blocking", "failed", "never run", "no journal", "unknown circumstances"]


@pytest.fixture(scope="module", params=KINDS)
def summary(request, make_shared_run, many_cells):
    """Runs of every kind: rich and poor, whole and broken."""
    one = [Cell("only", "chain", "invoke", "asyncio", 1)]
    if request.param == "rich":
        return summarise(read(make_shared_run(many_cells, rounds=3, calibration=CALIBRATION)))
    if request.param == "failed":
        return summarise(read(make_shared_run(many_cells, rounds=2, failing=[cell.id for cell in many_cells])))
    if request.param == "never run":
        return summarise(read(make_shared_run(many_cells, rounds=0)))
    if request.param == "no journal":
        folder = make_shared_run(many_cells, rounds=2)
        calls = (folder / "calls.jsonl").read_text()
        (folder / "calls.jsonl").write_text(re.sub(r'"served":\[.*\]', '"served":[]', calls))
        return summarise(read(folder))
    if request.param == "unknown circumstances":
        return summarise(
            read(
                make_shared_run(
                    one,
                    rounds=1,
                    environment=None,
                    config=[],
                    balance="?",
                    scenarios=None,
                    calibration={"fault": "lost"},
                )
            )
        )
    return summarise(read(make_shared_run(one)))


@pytest.mark.parametrize("name", NAMES)
def test_a_section_answers_in_a_sentence_or_is_absent(name, summary):
    """A lead is a sentence of one line, and no figure in it is unknown or in nanoseconds."""
    section = registry.load(SECTIONS, name).section(summary)
    for part in section.walk() if section else ():
        assert part.title.strip()
        assert part.lead.endswith((".", "?", "!"))
        assert "\n" not in part.lead
        assert not re.search(r"\bns\b|None|\bnan\b|\binf\b", part.lead)


@pytest.mark.parametrize("name", NAMES)
def test_a_sections_tables_are_whole(name, summary):
    """Every row has as many entries as there are columns, and every entry is words."""
    section = registry.load(SECTIONS, name).section(summary)
    for part in section.walk() if section else ():
        for row in part.table.rows if part.table else ():
            assert len(row) == len(part.table.columns)
            assert all(isinstance(datum.text, str) and isinstance(datum.interval, str) for datum in row)


@pytest.mark.parametrize("name", NAMES)
def test_a_sections_charts_can_be_told_apart_and_told_in_words(name, summary):
    """Every chart has a file name of its own, a title, and a text alternative that names its unit or its rows."""
    section = registry.load(SECTIONS, name).section(summary)
    charts = [chart for part in (section.walk() if section else ()) for chart in part.charts]
    assert len({chart.name for chart in charts}) == len(charts)
    for chart in charts:
        assert re.fullmatch(r"[\w-]+", chart.name)
        assert chart.title
        assert chart.alt.endswith(".")
        assert len(chart.alt) > len(chart.title) / 2


def test_no_two_sections_claim_the_same_place():
    """The order of the report does not hang on file names."""
    orders = [registry.load(SECTIONS, name).ORDER for name in NAMES]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("name", NAMES)
def test_a_section_says_in_a_line_what_it_is_about(name):
    """The first line of the docstring is the help text."""
    assert registry.help_text(SECTIONS, name)
