"""The smaller commands as whole processes: list, compare, report, and what they refuse."""

import json
import subprocess
import sys

import pytest

from harness import registry
from harness.cli import COMMANDS
from harness.record import Cell

CELLS = [Cell("s", "chain", strategy, "asyncio", 4, "steady") for strategy in ("invoke", "gather")]


def _overlap(*words):
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *words], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("name", registry.names(COMMANDS))
def test_every_command_explains_itself(name):
    """The help of a command comes with its file; `serve` hands over to the mock server's."""
    done = _overlap(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_list_names_every_entry_of_a_registry():
    """What can be written behind --strategies is what is listed."""
    done = _overlap("list", "strategies", "loops")
    assert done.returncode == 0
    for name in (*registry.names("harness.strategies"), "uvloop"):
        assert name in done.stdout


def test_list_shows_runs_and_says_which_cannot_be_read(make_run, tmp_path):
    """A damaged run is named, not passed over."""
    folder = make_run(CELLS)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    assert folder.name in _overlap("list", "runs", "--results", str(folder.parent)).stdout
    assert "cannot be read" in _overlap("list", "runs", "--results", str(tmp_path)).stdout


def test_two_runs_are_laid_side_by_side(make_run, tmp_path):
    """A run beside itself differs in nothing, and can be written as a page."""
    folder = make_run(CELLS)
    page = tmp_path / "side.html"
    done = _overlap("compare", str(folder), str(folder), "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "<html" in page.read_text(encoding="utf-8")


def test_runs_of_different_circumstances_are_refused_with_the_reason(make_run, tmp_path):
    """Another Python is another experiment; who wants it anyway says so."""
    folder = make_run(CELLS)
    other = tmp_path / "other"
    other.mkdir()
    for name in ("slots.jsonl", "calls.jsonl"):
        (other / name).write_bytes((folder / name).read_bytes())
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    about.setdefault("environment", {})["python"] = "2.7.18"
    (other / "run.json").write_text(json.dumps(about), encoding="utf-8")
    refused = _overlap("compare", str(folder), str(other))
    assert refused.returncode == 2
    assert "python" in refused.stderr
    assert _overlap("compare", str(folder), str(other), "--allow", "python").returncode == 0


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("list", "nonsense"), "'nonsense'"),
        (("compare", "nowhere", "nowhere"), "nowhere"),
        (("compare",), "two runs"),
        (("report", "nowhere"), "nowhere"),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(words, named):
    """The line names what was wrong."""
    done = _overlap(*words)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_file_is_reported_on_as_far_as_it_goes(make_run):
    """What can be read is shown, what cannot is said, and the exit code tells."""
    folder = make_run(CELLS)
    with (folder / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write('{"cell": "cut in the mid')
    done = _overlap("report", str(folder))
    assert done.returncode == 1
    assert "1 lines could not be read" in done.stderr
    assert (folder / "report.html").exists()


def test_a_report_can_be_had_in_one_format(make_run):
    """Only what was asked for is written; an unknown format is refused."""
    folder = make_run(CELLS)
    assert _overlap("report", str(folder), "--format", "csv", "--quiet").returncode == 0
    assert list(folder.glob("*.csv"))
    refused = _overlap("report", str(folder), "--format", "pdf")
    assert refused.returncode == 2
    assert "'pdf'" in refused.stderr
