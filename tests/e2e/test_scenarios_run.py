"""Scenarios from the command line: what their variants leave on file, and what the server saw of them."""

import json

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.store import run_files


def bench(results, *words):
    """Run `overlap bench` with *words* to its end."""
    return CliRunner().invoke(main, ["bench", *words, "--calibrate", "0", "--results", str(results)])


@pytest.fixture(scope="module")
def failed(made_once):
    """One run of a scenario whose calls are meant to fail half way through."""

    def fill(results):
        words = ("--variants", "gather,TaskGroup", "--rounds", "1", "--calls", "2", "--format", "markdown")
        done = bench(results, "failures", *words)
        assert done.exit_code == 0, done.stderr

    return made_once("failures", fill) / "latest"


def test_each_variant_is_a_cell_with_its_own_words_for_the_server(failed):
    """run.json tells which variant a cell is, and with which faults its server was started."""
    cells = json.loads((failed / "run.json").read_text())["cells"]
    assert {cell["variant"] for cell in cells} == {"gather", "TaskGroup"}
    assert {cell["server"][0] for cell in cells} == {"--fault"}


def test_calls_of_many_requests_balance(failed):
    """Six requests a call, one refused on purpose, five cancelled or left running: all of them have an owner."""
    about = json.loads((failed / "run.json").read_text())
    assert about["balance"]["faults"] == []
    calls = [call for call in run_files.read(failed).calls if not call.warmup]
    assert {len(call.served) for call in calls} == {6}
    assert {sum(entry.status == 500 for entry in call.served) for call in calls} == {1}


def test_the_server_saw_who_cancels_and_who_does_not(failed):
    """A gather leaves the other requests running, a TaskGroup hangs up on them; the report's answer says so."""
    for call in run_files.read(failed).calls:
        if not call.warmup:
            cut = sum(entry.disconnected for entry in call.served)
            assert cut == (5 if call.cell.endswith("TaskGroup") else 0)
    report = (failed / "report.md").read_text()
    assert "left running with gather; cancelled with TaskGroup" in report


def test_calls_that_are_meant_to_fail_do_not_fail_the_run(tmp_path):
    """A client that outlived its event loop fails every second call: that is the answer, and the books balance."""
    words = ("--strategies", "invoke", "--rounds", "1", "--calls", "6", "--format", "json")
    done = bench(tmp_path, "client_lifetime", *words)
    assert done.exit_code == 0, done.stderr
    cached, fresh = (
        [
            call.error
            for call in run_files.read(tmp_path / "latest").calls
            if call.cell.endswith(kind) and not call.warmup
        ]
        for kind in ("cached client", "client per call")
    )
    assert fresh == [None] * 6
    assert set(cached) == {None, "RuntimeError"}
