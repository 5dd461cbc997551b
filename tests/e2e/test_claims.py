"""`overlap claims`: measured, judged, written, and held against what is on file."""

import json
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main


def claims(results, *words):
    """Run `overlap claims` with *words*, in this process."""
    return CliRunner().invoke(main, ["claims", "--results", str(results), *words])


@pytest.mark.slow
def test_claims_are_measured_and_their_ledger_written(tmp_path):
    """The verdicts are those on file, what was measured is kept, and none of these three claims draws a chart."""
    done = claims(tmp_path, "C2", "c6", "50")
    assert done.exit_code == 0, done.stderr
    [folder] = tmp_path.iterdir()
    assert {each.name for each in folder.iterdir()} == {"claims.json", "report.html", "report.md"}
    written = json.loads((folder / "claims.json").read_text())
    found = {each["id"]: each for each in written["findings"]}
    assert {name: each["verdict"] for name, each in found.items()} == {
        "C2": "false",
        "C6": "false",
        "C50": "holds",
    }
    # The server's own count, not the client's: three inputs, three requests.
    assert found["C6"]["facts"]["chat"] == {"inputs": 3, "requests": 3, "peak": 3}
    assert "C50" in done.stdout
    assert "TypeError from invoke and batch" in (folder / "report.md").read_text()


def test_an_unknown_claim_is_one_line_that_says_what_there_is(tmp_path):
    """Nothing is started, and nothing is left behind."""
    done = claims(tmp_path, "C99")
    assert done.exit_code == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "no claim 'C99'; there are C1 to C" in line
    assert not list(tmp_path.iterdir())


def test_a_ledger_that_is_not_there_cannot_be_compared(tmp_path):
    """One line, as for any mistake."""
    done = claims(tmp_path, "--compare", str(tmp_path), str(tmp_path))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1


def test_what_was_measured_before_ctrl_c_is_kept(tmp_path):
    """The ledger says that it was interrupted, and has the claims that were done by then."""
    command = [sys.executable, "-m", "overlap.harness.cli", "claims", "--results", str(tmp_path), "C2", "C51"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr.readline() == "1/2  C2 false\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
    [folder] = tmp_path.iterdir()
    written = json.loads((folder / "claims.json").read_text())
    assert written["state"] == "interrupted"
    assert [each["id"] for each in written["findings"]] == ["C2"]
    assert "interrupted: what was measured until then" in (folder / "report.md").read_text()
