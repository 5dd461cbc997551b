"""What single sections say of runs whose causes are known."""

import re
from dataclasses import replace

import msgspec

from overlap.harness.model.record import Cell, Queue
from overlap.harness.registry import load
from overlap.harness.report.build import SECTIONS
from overlap.harness.report.figures import DASH
from overlap.harness.report.sections.doubts import _gathered
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.summary import summarise
from overlap.harness.store.books import BooksOnFile
from overlap.harness.store.run_files import read

STRATEGIES = ("ainvoke", "gather", "task_group")


def _section(name, folder):
    return load(SECTIONS, name).section(summarise(read(folder)))


def test_errors_are_counted_by_cell_and_kind(make_shared_run):
    """Five rounds of twelve calls fail in one of two cells."""
    cells = [Cell("s", "chain", name, "asyncio", 4) for name in ("gather", "batch")]
    section = _section("errors", make_shared_run(cells, failing=[cells[1].id], error="boom\nat line 2"))
    assert section.lead == "60 of 120 calls failed."
    [row] = section.table.rows
    assert [datum.text for datum in row] == [cells[1].id, "call", "boom at line 2", "60"]


def test_an_error_as_long_as_a_page_is_cut(make_shared_run):
    """Somebody's HTML error page does not become the report."""
    cell = Cell("s", "chain", "gather", "asyncio", 4)
    section = _section("errors", make_shared_run([cell], failing=[cell.id], error="x" * 10_000))
    assert len(section.table.rows[0][2].text) < 300


def test_a_run_without_errors_has_no_section_of_errors(make_shared_run):
    """A section with nothing to say is absent."""
    assert _section("errors", make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)])) is None


def test_the_total_time_of_a_load_run_is_not_compared(make_shared_run):
    """A load run lasts as long as it was told to; the same cells of a bench run are compared."""
    cells = [Cell("s", "chain", name, "asyncio", 4) for name in STRATEGIES]
    assert _section("total_time", make_shared_run(cells)) is not None
    assert _section("total_time", make_shared_run(cells, load={"loop": "closed"})) is None


def test_clients_are_held_against_the_cheapest(make_shared_run):
    """The made-up chain costs 7.5 times the CPU of made-up aiohttp, within the made-up noise of 3 % a round."""
    cells = [Cell("s", client, "gather", "asyncio", 4) for client in ("chain", "aiohttp", "openai")]
    section = _section("layers", make_shared_run(cells))
    assert section.lead.startswith("A call cost least with aiohttp: ")
    assert "openai and chain cost more; chain 7." in section.lead
    ratios = {row[0].text: row[-1].sort for row in section.table.rows}
    assert list(ratios) == ["aiohttp", "openai", "chain"]
    assert 7.0 < ratios["chain"] < 8.0


def test_loops_are_compared_only_where_nothing_else_differs(make_shared_run):
    """A cell that ran on one loop only has no ratio."""
    cells = [Cell("s", "chain", "gather", loop, 4) for loop in ("asyncio", "uvloop")]
    section = _section("loops", make_shared_run([*cells, Cell("s", "chain", "gather", "uvloop", 64)]))
    assert {row[1].text for row in section.table.rows} == {"concurrency 4"}
    assert _section("loops", make_shared_run(cells[:1])) is None


def test_throughput_needs_several_concurrencies(make_shared_run):
    """One point is no line; a strategy that makes one call at a time has its knee at once."""
    cells = [Cell("s", "chain", name, "asyncio", level) for name in STRATEGIES for level in (1, 4, 16)]
    assert _section("throughput", make_shared_run(cells[:1])) is None
    section = _section("throughput", make_shared_run(cells, calls=64))
    knees = {row[0].text: row[-1].text for row in section.table.rows}
    assert knees["ainvoke"] == "at 1"
    assert knees["gather"] == "none up to 16"
    assert "sustained most" in section.lead


def test_one_wave_is_called_calls_by_total_time_and_has_no_knee(make_shared_run):
    """Sixteen calls at sixteen at once say nothing of what is sustained."""
    cells = [Cell("s", "chain", "gather", "asyncio", level) for level in (4, 8, 16)]
    section = _section("throughput", make_shared_run(cells, calls=16))
    assert section.title == "Calls / total time against concurrency: s"
    assert "too few calls to tell what they sustain" in section.lead
    assert "knee" not in section.lead


def test_streaming_tells_what_was_planned_beside_what_was_seen(make_shared_run):
    """The nearest to the plan is the client that costs least."""
    cells = [Cell("s", client, "astream_many", "asyncio", 4) for client in ("chain", "aiohttp")]
    section = _section("streaming", make_shared_run(cells))
    nearest, _, farthest = section.lead.partition("farthest")
    assert "aiohttp" in nearest
    assert "chain" in farthest
    assert section.lead.count("were planned") == 2
    assert _section("streaming", make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)])) is None


def test_the_time_of_a_sequence_is_owned_by_its_queue(make_shared_run):
    """One call at a time with 16 places free: the wait before sending is the strategy's own."""
    cells = [Cell("s", "chain", name, "asyncio", 16) for name in ("ainvoke", "gather")]
    section = _section("owned", make_shared_run(cells))
    assert "Before sending, the wait of a call was largest in s/chain/ainvoke/asyncio/16" in section.lead
    [chart] = section.charts
    dispatch = {stack.label: stack.values[chart.parts.index("dispatch")] for stack in chart.stacks}
    assert dispatch["ainvoke"] > 100 * dispatch["gather"]


def _changed(folder, change):
    """Return the summary of a run in which every call is what *change* makes of it."""
    run = read(folder)
    return summarise(replace(run, calls=tuple(change(call) for call in run.calls)))


def _batched(call):
    return replace(call, together="batch" in call.cell)


def test_a_batch_is_left_out_of_single_calls_and_the_reader_is_told_why(make_shared_run):
    """Total time is compared; latency, overhead and shares of one of its calls are unknown, and not drawn."""
    cells = [Cell("s", "chain", name, "asyncio", 16) for name in ("gather", "abatch")]
    summary = _changed(make_shared_run(cells), _batched)
    owned = load(SECTIONS, "owned").section(summary)
    assert [stack.label for chart in owned.charts for stack in chart.stacks] == ["gather"]
    assert "abatch is left out: nobody sees when one of several calls" in owned.note
    answers = load(SECTIONS, "answers").section(summary).parts[0].table
    at = [column.name for column in answers.columns].index("E2E latency p50")
    assert {row[0].text: row[at].text == DASH for row in answers.rows} == {"gather": False, "abatch": True}
    assert answers.note.startswith(f"{DASH} for abatch: nobody sees when one of several calls")
    assert load(SECTIONS, "answers").section(summarise(read(make_shared_run(cells)))).parts[0].table.note == ""
    assert "abatch" not in load(SECTIONS, "slowest").section(summary).lead
    assert {bar.label for bar in load(SECTIONS, "total_time").section(summary).charts[0].bars} == {
        "gather",
        "abatch",
    }


def test_owners_that_only_calls_of_several_requests_have_are_shown_where_they_have_something(make_shared_run):
    """A tool of 40 ms between two requests has a column; where each call has one request there is none."""
    folder = make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)])

    def agent(call):
        [entry] = call.served
        again = entry.received + entry.written[-1] + 40_000_000
        second = replace(entry, received=again, planned=[1_000_000], written=[1_000_000], finished=1_000_000)
        return replace(call, served=(entry, second), done=again + 2_000_000)

    plain = load(SECTIONS, "owned").section(summarise(read(folder)))
    tools = load(SECTIONS, "owned").section(_changed(folder, agent))
    assert not {"between", "limit"} & {column.name for column in plain.table.columns}
    assert {"between"} == {"between", "limit"} & {column.name for column in tools.table.columns}
    assert "between: " in tools.note
    assert "between: " not in plain.note
    assert "between 40.0 ms" in tools.lead
    lead = load(SECTIONS, "total_time").section(_changed(folder, agent)).lead
    assert "of what the server's schedule alone allows" in lead


def test_nothing_that_waited_nowhere_was_longest_somewhere(make_shared_run):
    """No pool was ever full, so no cell had the longest wait for a place in one."""
    run = read(make_shared_run([Cell("s", "chain", name, "asyncio", 4) for name in STRATEGIES]))
    idle = replace(run, slots=tuple(replace(slot, pool=Queue(0, 0, 0)) for slot in run.slots))
    [causes] = load(SECTIONS, "owned").section(summarise(idle)).parts
    assert "wait for a connection" not in causes.lead


def test_a_search_says_what_other_programs_took(make_shared_run):
    """It has no cells to doubt; its slots know."""
    run = read(make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)]))
    loud = tuple(replace(slot, foreign=0.8) for slot in run.slots)
    bare = replace(run, cells=(), slots=loud)
    assert (
        "Other programs kept 0.80 of the cores used busy" in load(SECTIONS, "doubts").section(summarise(bare)).lead
    )
    assert load(SECTIONS, "doubts").section(summarise(replace(run, cells=()))) is None


def test_calls_whose_requests_are_unknown_are_told_beside_those_that_are_joined(make_shared_run):
    """None of sixty joined is no success: it says why."""
    cell = Cell("s", "own", "gather", "asyncio", 4)
    run = read(make_shared_run([cell]))
    slots = tuple(replace(slot, untold=12, by_time=0, untagged=9) for slot in run.slots)
    lost = replace(run, slots=slots, calls=tuple(replace(call, served=()) for call in run.calls))
    balance = BooksOnFile(made=60, recorded=60, joined=0, untold=60, untagged=45, journal=True, faults=())
    about = msgspec.structs.replace(run.about, balance=balance)
    said = load(SECTIONS, "balance").section(summarise(replace(lost, about=about)))
    assert (
        "of 60 calls no request is known; in the whole run 45 requests carried no tag of a call in flight"
        in said.lead
    )


def test_a_server_without_a_journal_owns_nothing(make_shared_run):
    """Without planned times nobody can say who owned the time."""
    cell = Cell("s", "chain", "gather", "asyncio", 4)
    assert _section("owned", make_shared_run([cell], failing=[cell.id])) is None


def test_books_that_balance_say_so_and_others_say_why(make_shared_run):
    """The faults are the run's own words."""
    cell = Cell("s", "chain", "gather", "asyncio", 4)
    sound = {"made": 60, "recorded": 60, "joined": 60, "unjoined": 0, "dropped": 0, "journal": True, "faults": []}
    said = [
        _section("balance", make_shared_run([cell], balance={**sound, **change})).lead
        for change in ({}, {"faults": ["2 calls never reached the server"]}, {"dropped": 3}, {"recorded": 59})
    ]
    assert said[0] == "The books balance: 60 calls made, 60 recorded, 60 joined with the server's journal."
    assert said[1] == "The books do not balance: 2 calls never reached the server."
    assert all(lead.startswith("The books do not balance") for lead in said[1:])


def test_doubts_that_differ_in_numbers_alone_are_one_doubt():
    """A reader sees six kinds of doubt, not sixty doubts."""
    assert _gathered(["from 2.8e+03", "from 7.01", "from 1.5e+04"]) == "from 7.01 to 1.5e+04"
    assert (
        _gathered(["off by 25%, try 5", "off by 110%, try 5", "off by 9.5%, try 5"]) == "off by 9.5 to 110%, try 5"
    )


def test_circumstances_name_versions_first(make_shared_run):
    """Nested facts are flattened under their path."""
    environment = {"python": "3.11.7", "packages": {"openai": "3.52.0"}, "load": 0.5}
    cell = Cell("s", "chain", "gather", "asyncio", 4)
    config = {"concurrency": [1, 4]}
    section = _section("circumstances", make_shared_run([cell], environment=environment, config=config))
    assert section.lead == "Measured with python 3.11.7, openai 3.52.0."
    rows = {row[1].text: row[2].text for row in section.table.rows}
    assert rows["packages.openai"] == "3.52.0"
    assert (rows["load"], rows["concurrency"]) == ("0.5", "1, 4")
    for told, warned in ((True, False), (None, False), (False, True)):
        section = _section("circumstances", make_shared_run([cell], environment=environment | {"optimized": told}))
        assert ("built without optimization" in section.lead) is warned


def test_only_figures_that_occur_are_defined(make_shared_run):
    """A run without streams explains no TTFT; one with streams names it as other tools do."""
    plain, stream = (
        {row[1].text: [datum.text for datum in row] for row in _section("definitions", folder).table.rows}
        for folder in (
            make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)]),
            make_shared_run([Cell("s", "chain", "astream_many", "asyncio", 4)]),
        )
    )
    assert "ttft" not in plain
    assert {"time_to_first_token_ms", "time_to_first_token"} <= set(stream["ttft"])
    assert stream["tpot"][-3:] == ["tpot_ms", "inter_token_latency_ms", "inter_token_latency"]


def test_the_slowest_calls_are_shown_once_each_and_slowest_first(make_shared_run):
    """Five rounds of one schedule would show one call five times."""
    section = _section("slowest", make_shared_run([Cell("s", "chain", "gather", "asyncio", 4)]))
    calls = [row[0].text.partition(",")[0] for row in section.table.rows]
    assert len(set(calls)) == len(calls) == 10
    long = [row[1].sort for row in section.table.rows]
    assert long == sorted(long, reverse=True)


def test_the_noise_section_speaks_of_the_rounds_that_cells_have(make_shared_run):
    """Five rounds of each cell: what they tell apart is never below 3 %."""
    cells = [Cell("s", "chain", name, "asyncio", 4) for name in STRATEGIES]
    section = _section("noise", make_shared_run(cells))
    found = re.search(r"four times in five: 5 rounds \((\d+) cells\) from ([\d.]+) % on\.$", section.lead)
    assert int(found[1]) == len(cells)
    assert float(found[2]) >= 3
    assert _section("noise", make_shared_run(cells, rounds=2)) is None


def test_a_lag_that_is_known_of_few_cells_is_not_called_the_largest_of_all(make_shared_run):
    """Of the cell that was held for 900 ms, too few heartbeats are known for a 99th percentile."""
    cells = [Cell("s", "chain", name, "asyncio", 4) for name in ("gather", "task_group")]
    summary = summarise(read(make_shared_run(cells)))
    lags = ({"loop_lag.max": _lag(3), "loop_lag.p99": _lag(2)}, {"loop_lag.max": _lag(900)})
    known = [
        replace(each, metrics={name: of for name, of in each.metrics.items() if "lag" not in name} | lag)
        for each, lag in zip(summary.cells, lags, strict=True)
    ]
    lead = load(SECTIONS, "owned").section(replace(summary, cells=tuple(known))).parts[0].lead
    assert "oop lag max was largest in s/chain/task_group/asyncio/4, 900 ms" in lead
    assert "lag p99" not in lead


def _lag(milliseconds):
    """Return a lag that each of five rounds had."""
    return Estimate(milliseconds * 1e6, milliseconds * 1e6, milliseconds * 1e6, 5, 5, "ns")
