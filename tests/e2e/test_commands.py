"""The smaller commands: list, compare, report, and what they refuse; one of each kind as a whole process."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from overlap.harness import registry
from overlap.harness.bench.stage import RunOutcome
from overlap.harness.cli import COMMANDS, main
from overlap.harness.commands._outcome import report_outcome
from overlap.harness.model.record import Cell
from overlap.harness.report import build

CELLS = [Cell("s", "chain", strategy, "asyncio", 4, "steady") for strategy in ("invoke", "gather")]


def _overlap(*words):
    """Have a command carried out in this process; answers (exit code, stdout, stderr)."""
    done = CliRunner().invoke(main, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.stdout, done.stderr


def _process(*words):
    """Have it carried out as a user's shell does; returns the same."""
    command = [sys.executable, "-m", "overlap.harness.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", registry.names(COMMANDS))
def test_every_command_explains_itself(name):
    """The help of a command comes with its file; `serve` hands over to the mock server's, in its own process."""
    code, said, errors = (_process if name == "serve" else _overlap)(name, "--help")
    assert code == 0, errors
    assert "Usage" in said


def test_list_names_every_entry_of_a_registry():
    """What can be written behind --strategies is what is listed."""
    code, said, _ = _process("list", "strategies", "loops")
    assert code == 0
    for name in (*registry.names("overlap.harness.strategies"), "uvloop"):
        assert name in said


def test_list_shows_runs_and_says_which_cannot_be_read(make_run, tmp_path):
    """A damaged run is named, not passed over."""
    folder = make_run(CELLS)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    assert folder.name in _overlap("list", "runs", "--results", str(folder.parent))[1]
    assert "cannot be read" in _overlap("list", "runs", "--results", str(tmp_path))[1]


def test_two_runs_are_laid_side_by_side(make_run, tmp_path):
    """A run beside itself differs in nothing, and can be written as a page."""
    folder = make_run(CELLS)
    page = tmp_path / "side.html"
    code, said, errors = _overlap("compare", str(folder), str(folder), "--html", str(page))
    assert code == 0, errors
    assert said.strip()
    assert "<html" in page.read_text(encoding="utf-8")


def test_runs_of_different_circumstances_are_refused_with_the_reason(make_run, old_format, tmp_path):
    """Another Python is another experiment; who wants it anyway says so."""
    folder = old_format(make_run(CELLS))
    other = tmp_path / "other"
    other.mkdir()
    for name in ("slots.jsonl", "calls.jsonl"):
        (other / name).write_bytes((folder / name).read_bytes())
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    about.setdefault("environment", {})["python"] = "2.7.18"
    (other / "run.json").write_text(json.dumps(about), encoding="utf-8")
    code, _, errors = _overlap("compare", str(folder), str(other))
    assert code == 2
    assert "python" in errors
    assert _overlap("compare", str(folder), str(other), "--allow", "python")[0] == 0


@pytest.mark.parametrize(
    ("carried_out", "words", "named"),
    [
        (_overlap, ("list", "nonsense"), "'nonsense'"),
        (_process, ("list", "nonsense"), "'nonsense'"),
        (_overlap, ("compare", "nowhere", "nowhere"), "nowhere"),
        (_overlap, ("compare",), "two runs"),
        (_overlap, ("report", "nowhere"), "nowhere"),
        (_overlap, ("nonsense",), "no command 'nonsense'; there are: bench, claims, "),
        (_overlap, ("--bogus",), "no option '--bogus'; there are: --help, --version"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(carried_out, words, named):
    """The line names what was wrong."""
    code, _, errors = carried_out(*words)
    assert code == 2
    [line] = errors.splitlines()
    assert named in line


def test_a_damaged_file_is_reported_on_as_far_as_it_goes(make_run):
    """What can be read is shown, what cannot is said, and the exit code tells."""
    folder = make_run(CELLS)
    with (folder / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write('{"cell": "cut in the mid')
    code, _, errors = _overlap("report", str(folder))
    assert code == 1
    assert "1 line of calls.jsonl could not be read and is left out (line 121)" in errors
    assert (folder / "report.html").exists()


def test_a_report_can_be_had_in_one_format(make_run):
    """Only what was asked for is written; an unknown format is refused."""
    folder = make_run(CELLS)
    assert _process("report", str(folder), "--format", "csv", "--quiet")[0] == 0
    assert list(folder.glob("*.csv"))
    code, _, errors = _overlap("report", str(folder), "--format", "pdf")
    assert code == 2
    assert "'pdf'" in errors


def test_ctrl_c_while_a_report_is_made_is_one_line_with_what_to_do(make_run, monkeypatch, capsys):
    """What was measured is on file: the line names the command that makes its report."""
    folder = make_run(CELLS)

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "write", interrupted)
    assert report_outcome(RunOutcome(folder, "finished", ()), quiet=False) == 130
    assert capsys.readouterr().err.splitlines() == [
        "overlap: interrupted while the report was made; what was measured is kept: overlap report " + str(folder)
    ]
    assert _overlap("report", str(folder)) == (130, "", "overlap: interrupted\n")
