"""What every report section owes: an answer in a sentence, or nothing at all, for any run whatever."""

import re

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Cell
from overlap.harness.report.build import SECTIONS
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

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


@pytest.fixture(scope="module")
def summaries(make_shared_run, many_cells, old_format):
    """Runs of every kind: rich and poor, whole and broken."""
    one = [Cell("only", "chain", "invoke", "asyncio", 1)]
    unjoined = old_format(make_shared_run(many_cells, rounds=2))
    calls = (unjoined / "calls.jsonl").read_text()
    (unjoined / "calls.jsonl").write_text(re.sub(r'"served":\[.*\]', '"served":[]', calls))
    unknown = {"environment": None, "config": [], "balance": "?", "scenarios": None}
    folders = {
        "rich": make_shared_run(many_cells, rounds=3, calibration=CALIBRATION),
        "blocking": make_shared_run(one),
        "failed": make_shared_run(many_cells, rounds=2, failing=[cell.id for cell in many_cells]),
        "never run": make_shared_run(many_cells, rounds=0),
        "no journal": unjoined,
        "unknown circumstances": make_shared_run(one, rounds=1, calibration={"fault": "lost"}, **unknown),
    }
    return {kind: summarise(read(folder)) for kind, folder in folders.items()}


@pytest.fixture(scope="module", params=NAMES)
def told(request, summaries):
    """What a section says of each kind of run, part by part."""
    sections = {
        kind: registry.load(SECTIONS, request.param).section(summary) for kind, summary in summaries.items()
    }
    return {kind: list(section.walk()) if section else [] for kind, section in sections.items()}


def test_a_section_answers_in_a_sentence_or_is_absent(told):
    """A lead is a sentence of one line, and no figure in it is unknown or in nanoseconds."""
    for kind, part in [(kind, part) for kind, parts in told.items() for part in parts]:
        assert part.title.strip(), kind
        assert part.lead.endswith((".", "?", "!")), kind
        assert "\n" not in part.lead, kind
        assert not re.search(r"\bns\b|None|\bnan\b|\binf\b", part.lead), kind


def test_a_sections_tables_are_whole(told):
    """Every row has as many entries as there are columns, and every entry is words."""
    for kind, part in [(kind, part) for kind, parts in told.items() for part in parts]:
        for row in part.table.rows if part.table else ():
            assert len(row) == len(part.table.columns), kind
            assert all(isinstance(datum.text, str) and isinstance(datum.interval, str) for datum in row), kind


def test_a_sections_charts_can_be_told_apart_and_told_in_words(told):
    """Every chart has a file name of its own, a title, and a text alternative that names its unit or its rows."""
    for kind, parts in told.items():
        charts = [chart for part in parts for chart in part.charts]
        assert len({chart.name for chart in charts}) == len(charts), kind
        for chart in charts:
            assert re.fullmatch(r"[\w-]+", chart.name), kind
            assert chart.title, kind
            assert chart.alt.endswith("."), kind
            assert len(chart.alt) > len(chart.title) / 2, kind


def test_no_two_sections_claim_the_same_place():
    """The order of the report does not hang on file names."""
    orders = [registry.load(SECTIONS, name).ORDER for name in NAMES]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("name", NAMES)
def test_a_section_says_in_a_line_what_it_is_about(name):
    """The first line of the docstring is the help text."""
    assert registry.help_text(SECTIONS, name)
