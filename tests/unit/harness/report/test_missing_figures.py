"""Why a figure is not there is said in every format, and what a range or a count is of stands beside it."""

from dataclasses import replace

import msgspec
import pytest

from overlap.harness.model.record import Cell, Lag
from overlap.harness.registry import load
from overlap.harness.report.build import SECTIONS
from overlap.harness.report.pages import FORMATS
from overlap.harness.report.section import Report, Section
from overlap.harness.report.tables import pivot
from overlap.harness.stats.summary import summarise
from overlap.harness.store.books import BooksOnFile
from overlap.harness.store.run_files import read

AT = (1, 4, 16)


@pytest.fixture
def cells(make_shared_run):
    """Five of six cells; of one no round came to its end, of one all calls failed, of one some."""
    planned = [Cell("s", "chain", name, "asyncio", width) for name in ("invoke", "gather") for width in AT][1:]
    lost, failed, some = (each.id for each in (planned[0], planned[2], planned[3]))
    run = read(make_shared_run(planned))
    slots = tuple(each for each in run.slots if each.cell != lost)
    calls = tuple(
        replace(call, error="boom") if call.cell == failed or (call.cell == some and call.index == 0) else call
        for call in run.calls
        if call.cell != lost
    )
    return summarise(replace(run, slots=slots, calls=calls)).cells


def test_a_cell_without_a_figure_says_which_of_three_reasons_it_has(cells):
    """Not run, not measured and all failed are three things; a mark stands where some calls failed."""
    invoke, gather = pivot(cells, "makespan").rows
    assert [each.text for each in invoke[1:3]] == ["not run", "not measured"]
    assert gather[1].text == "all failed"
    assert gather[2].text.endswith(" *")
    assert not gather[3].text.endswith(" *")


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_every_format_shows_the_reasons_and_what_they_mean(cells, name):
    """The legend holds the words that are in the table, and no other."""
    report = Report("Title", (), (Section("Total time", "Lead.", pivot(cells, "makespan"), glance="whole"),), {})
    text = " ".join(load(FORMATS, name).render(report).decode().split()).replace("\\", "")
    for words in (
        "not run: the run has no such cell",
        "not measured: no round of the cell came to its end",
        "all failed: every call of the cell failed",
        "*: some of the calls failed",
    ):
        assert words in text
    assert "cannot be derived" not in text


def test_a_table_without_gaps_has_no_legend(make_shared_run):
    """All six were run, and none failed."""
    planned = [Cell("s", "chain", name, "asyncio", width) for name in ("invoke", "gather") for width in AT]
    assert pivot(summarise(read(make_shared_run(planned))).cells, "makespan").note == ""


def test_a_cell_that_was_run_is_not_called_not_run_because_a_figure_is_missing(cells):
    """Throughput's table hands over the rows that it can draw; the others are looked up among all cells."""
    known = [each for each in cells if "throughput" in each.metrics]
    assert {each.text for row in pivot(known, "throughput", among=cells).rows for each in row} >= {
        "not run",
        "not measured",
        "all failed",
    }


def test_ranges_of_gathered_doubts_are_said_to_be_over_cells(make_shared_run):
    """Of 860 in one cell and 595 in another nobody had 860 of 595."""
    planned = [Cell("s", "chain", name, "asyncio", 4) for name in ("gather", "batch", "abatch")]
    summary = summarise(read(make_shared_run(planned)))
    texts = ("595 of 595 calls failed", "860 of 861 calls failed", "no rest")
    doubted = tuple(replace(each, doubts=(text,)) for each, text in zip(summary.cells, texts, strict=True))
    table = load(SECTIONS, "doubts").section(replace(summary, cells=doubted)).table
    assert [row[0].text for row in table.rows] == [
        "595 to 860 of 595 to 861 calls failed (each a range over these cells)",
        "no rest",
    ]
    one = (replace(doubted[0], doubts=("off by 5 %", "off by 9 %")),)
    table = load(SECTIONS, "doubts").section(replace(summary, cells=one)).table
    assert table.rows[0][0].text == "off by 5 to 9 % (a range of one cell)"


def test_the_books_say_how_many_of_their_calls_were_to_warm_up(make_shared_run):
    """Above them a report counts the others alone: both sums are then seen to be one."""
    run = read(make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)]))
    calls = tuple(replace(call, warmup=call.index < 2) for call in run.calls)
    sound = BooksOnFile(made=60, recorded=60, joined=60, journal=True, faults=())
    about = msgspec.structs.replace(run.about, balance=sound)
    summary = summarise(replace(run, calls=calls, about=about))
    said = load(SECTIONS, "balance").section(summary)
    assert said.lead.startswith("The books balance: 60 calls made, 60 recorded (10 of them to warm up), 60 joined")
    assert sum(each.calls for each in summary.cells) == 50


def test_cpu_per_call_is_told_with_what_it_holds_for(make_shared_run):
    """Only in a report that has the figure: a wait before a call is no work of its strategy, and costs CPU."""
    summary = summarise(read(make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)])))
    definitions = load(SECTIONS, "definitions").section
    assert "after an idle wait costs more" in definitions(summary).note
    without = tuple(
        replace(each, metrics={k: v for k, v in each.metrics.items() if k != "cpu"}) for each in summary.cells
    )
    assert "idle wait" not in definitions(replace(summary, cells=without)).note


@pytest.mark.parametrize(("name", "field", "values"), [("layers", "client", "chain"), ("loops", "loop", "uvloop")])
def test_a_cell_whose_calls_failed_is_not_called_cheap(make_shared_run, name, field, values):
    """A call that fails after a millisecond costs next to nothing, and that is no merit of its client or loop."""
    first, second = Cell("s", "aiohttp", "gather", "asyncio", 4), Cell("s", "openai", "gather", "asyncio", 4)
    third = replace(first, **{field: values})
    run = read(make_shared_run([first, second, third]))
    calls = tuple(replace(call, error="boom") if call.cell == third.id else call for call in run.calls)
    slots = tuple(replace(slot, cpu=1) if slot.cell == third.id else slot for slot in run.slots)
    found = load(SECTIONS, name).section(summarise(replace(run, calls=calls, slots=slots)))
    if name == "loops":
        assert found is None
    else:
        assert found.lead.startswith("A call cost least with aiohttp: ")
        assert found.lead.endswith(" Left out, since calls failed: chain.")


def test_a_stream_whose_plan_is_unknown_is_not_called_far_from_it(make_shared_run):
    """Beside two with a plan, it has nothing to be near to or far from."""
    planned = [Cell("s", name, "astream_many", "asyncio", 4) for name in ("aiohttp", "openai", "chain")]
    run = read(make_shared_run(planned))
    calls = tuple(replace(call, served=()) if call.cell == planned[2].id else call for call in run.calls)
    lead = load(SECTIONS, "streaming").section(summarise(replace(run, calls=calls))).lead
    assert lead.startswith("The median first token came nearest to the server's plan in ")
    assert planned[2].id not in lead
    assert lead.endswith("; of 1 other cell the plan is not known).")


def test_rounds_that_differ_between_cells_are_told_as_a_range(make_shared_run):
    """A cell of three rounds beside one of five was not answered for in five."""
    planned = [Cell("s", "chain", name, "asyncio", 4) for name in ("gather", "abatch")]
    run = read(make_shared_run(planned))
    slots = tuple(slot for slot in run.slots if slot.cell == planned[0].id or slot.round < 3)
    report = load(SECTIONS, "answers").section(summarise(replace(run, slots=slots)))
    assert report.lead.endswith(" in 3 to 5 rounds.")


def test_an_open_loop_tells_of_how_many_cells_it_knows_how_late_calls_were_offered(make_shared_run):
    """Of a cell with too few calls for a p99, the sentence about 99 in 100 says nothing, and does not count it."""
    planned = [Cell("s", "chain", name, "asyncio", 4, arrivals="poisson,rate=50") for name in ("gather", "abatch")]
    run = read(make_shared_run(planned))
    calls = tuple(replace(call, due=call.sent) for call in run.calls)
    known = Lag(1_000_000, 2_000_000, 3_000_000, 100)
    slots = tuple(
        replace(slot, offered=known if slot.cell == planned[0].id else replace(known, p99=None, count=9))
        for slot in run.slots
    )
    lead = load(SECTIONS, "arrivals").section(summarise(replace(run, calls=calls, slots=slots))).lead
    assert "Of 60 calls in 1 of 2 cells, 99 in 100 were offered within 2.00 ms" in lead
