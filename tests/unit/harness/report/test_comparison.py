"""Two runs side by side, told in the formats of one."""

import re

import pytest
from rich.console import Console

from overlap.harness.model.record import Cell
from overlap.harness.report.comparison import compare, render, tell
from overlap.harness.stats.sidebyside import Incomparable

CELLS = [Cell("s", client, "gather", "asyncio", 8) for client in ("aiohttp", "chain")]
EXTRA = Cell("s", "httpx", "gather", "asyncio", 8)


def _slower(folder, times):
    """Let every slot of *folder* have cost *times* the CPU."""
    slots = folder / "slots.jsonl"
    slots.write_text(re.sub(r'"cpu":(\d+)', lambda found: f'"cpu":{int(found[1]) * times}', slots.read_text()))
    return folder


def test_what_moved_is_named_with_its_interval(make_shared_run, old_format):
    """Twice the CPU in every call: both cells differ in CPU, none in throughput."""
    first, second = old_format(make_shared_run(CELLS)), old_format(_slower(make_shared_run(CELLS), 2))
    [section] = compare([first, second]).sections
    assert section.lead.startswith("Of 2 cells that both ran, no difference shown in calls per second (up to ")
    assert re.search(
        r"CPU per call differs in 2 of 2, most in \S+: 2\.00 times \(1\.\d+.2\.\d+\)\.$", section.lead
    )
    assert {chart.name.rpartition("-")[2] for chart in section.charts} == {"throughput", "cpu"}


def test_a_run_read_through_a_link_goes_by_its_own_name(make_shared_run, tmp_path):
    """Two folders of results each have a link `latest`."""
    folder = make_shared_run(CELLS)
    (tmp_path / "latest").symlink_to(folder)
    assert compare([tmp_path / "latest", tmp_path / "latest"]).title == f"{folder.name} against {folder.name}"


def test_a_run_against_itself_shows_no_difference(make_shared_run):
    """The same numbers, so ratios of 1."""
    folder = make_shared_run(CELLS)
    [section] = compare([folder, folder]).sections
    assert section.lead.count("no difference shown") == 2


def test_cells_that_only_one_run_has_are_named(make_shared_run):
    """Nothing is left out in silence."""
    [section] = compare([make_shared_run(CELLS), make_shared_run([*CELLS, EXTRA])]).sections
    [left_out] = section.parts
    assert [row[0].text for row in left_out.table.rows] == [EXTRA.id]


def test_runs_with_nothing_in_common_say_so(make_shared_run):
    """There is a sentence and no empty table."""
    [section] = compare([make_shared_run(CELLS), make_shared_run([EXTRA])]).sections
    assert section.lead == "The runs have no cell in common."
    assert section.table is None


def test_different_circumstances_are_refused_unless_allowed(make_shared_run):
    """Another machine is another number; whoever overlooks that finds it said in the report."""
    runs = [make_shared_run(CELLS, environment={"cpu": cpu}) for cpu in ("one", "another")]
    with pytest.raises(Incomparable, match="cpu is one in the first run and another in the second"):
        compare(runs)
    [section] = compare(runs, allow=["cpu"]).sections
    assert "1 circumstance differs" in section.parts[-1].lead


def test_one_run_is_no_comparison(make_shared_run):
    """It takes two."""
    with pytest.raises(LookupError, match="two runs"):
        compare([make_shared_run(CELLS)])


def test_a_comparison_is_told_like_a_report(make_shared_run, old_format, capsys):
    """The terminal within a hundred columns, and a page with its charts."""
    folders = [old_format(make_shared_run(CELLS)), old_format(_slower(make_shared_run(CELLS), 2))]
    tell(folders, Console(width=100))
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert "s/chain/gather/asyncio/8" in shown
    assert render(folders).count(b"<svg ") == 2


def test_one_round_cannot_show_a_difference_and_is_not_said_to_have_shown_none(make_shared_run, old_format):
    """Whatever lies between the runs: a single round has no scatter to hold it against."""
    first, second = (old_format(make_shared_run(CELLS, rounds=1)) for _ in range(2))
    _slower(second, 5)
    [section] = compare([first, second]).sections
    assert "no difference shown" not in section.lead
    assert "with so few rounds no difference in CPU per call can be told" in section.lead


def test_a_run_whose_calls_failed_is_not_told_to_have_become_cheaper(make_shared_run, old_format):
    """Half the CPU in both cells, and every call of one failed: the sentence is about the other alone."""
    first = old_format(_slower(make_shared_run(CELLS), 2))
    second = old_format(make_shared_run(CELLS, failing=[CELLS[1].id]))
    [section] = compare([first, second]).sections
    assert "CPU per call differs in 1 of 1, most in s/aiohttp/" in section.lead
    assert section.lead.endswith(f" Not in this, since calls failed: {CELLS[1].id}.")
