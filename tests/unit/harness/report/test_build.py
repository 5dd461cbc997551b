"""From a folder to its report and back to the same report."""

import json
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from overlap.harness.model.record import Cell
from overlap.harness.report.build import kinds, tell, write
from overlap.harness.store.run_files import Unreadable

CELLS = [Cell("s", "chain", name, "asyncio", 8) for name in ("ainvoke", "gather", "astream_many")]


def _content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _line(path):
    """The text of a file, wherever its lines were broken."""
    return " ".join(path.read_text().split())


@pytest.fixture(scope="module")
def reported(make_shared_run):
    """The folder of a run with its report, and what was in it before; only to be read, or copied."""
    folder = make_shared_run(CELLS)
    before = _content(folder)
    return folder, before, write(folder)


@pytest.fixture
def reported_copy(reported, tmp_path):
    """A folder with its report that a test may change."""
    return Path(shutil.copytree(reported[0], tmp_path / reported[0].name))


def test_a_report_is_html_markdown_charts_and_a_summary(reported):
    """All are made unasked, and the answer names exactly what was written."""
    folder, before, made = reported
    assert {"summary.json", "report.html", "report.md"} <= {path.name for path in made}
    assert {path.relative_to(folder) for path in made} == set(_content(folder)) - set(before)
    summary = json.loads((folder / "summary.json").read_bytes())
    assert [cell["strategy"] for cell in summary["cells"]] == ["ainvoke", "gather", "astream_many"]


def test_a_report_made_again_is_the_same_report(reported, reported_copy):
    """It is made from the files alone: no clock, no chance. Charts of an older report are removed."""
    (reported_copy / "charts" / "of-before.svg").write_text("<svg/>")
    write(reported_copy)
    assert _content(reported_copy) == _content(reported[0])


def test_what_was_measured_is_never_touched(reported):
    """run.json, slots.jsonl and calls.jsonl are what everything else is made from."""
    folder, before, _ = reported
    assert {name: content for name, content in _content(folder).items() if name in before} == before


def test_every_picture_the_markdown_names_is_there_and_no_other(reported):
    """A broken link would show in a pull request."""
    folder = reported[0]
    named = set(re.findall(r"\]\((charts/[^)]+)\)", (folder / "report.md").read_text()))
    assert named == {f"charts/{path.name}" for path in (folder / "charts").iterdir()}
    assert len(named) > 3


def test_only_what_is_asked_for_is_written(make_run):
    """The terminal's text needs no chart and no page."""
    folder = make_run(CELLS)
    assert [path.name for path in write(folder, ["terminal"])] == ["report.txt"]
    assert not (folder / "charts").exists()


def test_a_format_of_verdicts_is_refused_for_a_run_which_has_none(make_run):
    """It says which command gives verdicts, and what there is for a run."""
    folder = make_run(CELLS)
    for name in ("junit", "annotations", "checks"):
        assert name not in kinds()
        with pytest.raises(LookupError) as refused:
            write(folder, [name])
        said = f"{name} is made of verdicts, which overlap gate gives; of a run there are: {', '.join(kinds())}"
        assert str(refused.value) == said


def test_an_unknown_format_is_refused_with_what_there_is(make_run):
    """Nothing is written for a request that is half understood."""
    folder = make_run(CELLS)
    before = _content(folder)
    with pytest.raises(LookupError, match="no format 'pdf'; there are: ") as refused:
        write(folder, ["html", "pdf"])
    assert all(name in str(refused.value) for name in kinds())
    assert _content(folder) == before


@pytest.mark.parametrize("broken", ["", "[]", '{"format": 99, "cells": []}'], ids=["empty", "no run", "newer"])
def test_a_folder_that_is_no_run_keeps_its_old_report(reported_copy, broken):
    """What cannot be read is said, and nothing is overwritten."""
    folder = reported_copy
    (folder / "run.json").write_text(broken)
    before = _content(folder)
    with pytest.raises(Unreadable):
        write(folder)
    assert _content(folder) == before


def test_a_damaged_line_costs_that_line_and_is_said(make_run):
    """A run that was stopped in the middle of a line is still a run."""
    folder = make_run(CELLS[:1])
    with (folder / "calls.jsonl").open("ab") as calls:
        calls.write(b'{"cell": "s/chain/ga')
    write(folder, ["terminal"])
    assert "1 line of the run's files could not be read and is left out" in _line(folder / "report.txt")


def test_an_interrupted_run_says_so_on_top(make_run):
    """The state and its reason are among the first words."""
    folder = make_run(CELLS[:1], rounds=1, state="interrupted", reason="Ctrl-C in round 1")
    write(folder, ["markdown"])
    assert "interrupted: Ctrl-C in round 1" in (folder / "report.md").read_text().split("##")[0]


def test_slots_that_gave_nothing_are_told_with_their_reason(make_run):
    """What the run was asked for and did not get is an error of the run."""
    missing = [{"cell": CELLS[0].id, "round": 2, "reason": "the server hung"}]
    folder = make_run(CELLS[:1], missing=missing)
    write(folder, ["terminal"])
    text = _line(folder / "report.txt")
    assert "1 slot gave nothing" in text
    assert "the server hung" in text


def test_a_run_without_a_call_has_a_report(make_run):
    """Cells that were never run are named, and nothing is made up for them."""
    folder = make_run(CELLS, rounds=0)
    write(folder)
    assert "3 cells" in (folder / "report.md").read_text()


def test_telling_writes_nothing(make_run, capsys):
    """The terminal shows a run; the folder stays as it was."""
    folder = make_run(CELLS)
    before = _content(folder)
    tell(folder, Console(width=100))
    assert "gather" in capsys.readouterr().out
    assert _content(folder) == before
