"""Open loops from the command line: a recording through a chain, a search, and what cannot be."""

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.store import run_files

TRACE = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n" + "".join(
    f"{number / 20},m,{50 + 40 * number},{1 + 3 * number},0,x\n" for number in range(20)
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder that commands are given in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def overlap(*words):
    """Run a command of ours to its end, in this process; answers (exit code, stdout, stderr)."""
    done = CliRunner().invoke(main, [*words, "--results", "results"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.stdout, done.stderr


def process(*words):
    """Run it as a user's shell does; returns the same."""
    command = [sys.executable, "-m", "overlap.harness.cli", *words, "--results", "results"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_a_recording_is_played_through_a_chain(here):
    """Every call made and joined, prompts and answers as long as they were, due when they came, and told so."""
    (here / "traffic.csv").write_text(TRACE)
    words = ("strategies", "--arrivals", "trace,file=traffic.csv,speed=2", "--strategies", "astream")
    more = ("--rounds", "1", "--slo", "e2e=30", "--calibrate", "0", "--format", "json")
    code, said, errors = overlap("bench", *words, *more)
    assert code == 0, errors
    assert "Open loop: calls at their due times" in said
    run = run_files.read(here / "results" / "latest")
    calls = sorted((call for call in run.calls if not call.warmup), key=lambda call: call.index)
    assert [call.served[0].tokens for call in calls] == [1 + 3 * number for number in range(20)]
    # The chain's own message comes on top of every prompt, and is the same each time.
    assert len({call.served[0].prompt_tokens - 50 - 40 * call.index for call in calls}) == 1
    assert [call.due - calls[0].due for call in calls] == [number * 25_000_000 for number in range(20)]
    assert all(call.lag >= 0 for call in calls)
    assert run.cells[0].arrivals == "trace,file=traffic.csv,speed=2"


@pytest.mark.slow
def test_a_search_ends_with_a_rate(here):
    """A hundred calls of 10 ms a second fit on one place, and no more, however long a limit they are given."""
    words = ("--clients", "floor", "--strategies", "gather_bounded", "--concurrency", "1")
    limits = ("--slo", "e2e=2", "--share", "0.8", "--most", "200", "--duration", "3", "--rounds", "1")
    profile = ("--profile", "steady,ttft=0.01,itl=0", "--calibrate", "0")
    code, said, errors = process("slo", *words, *limits, *profile)
    assert code == 0, errors
    assert "The highest rate that keeps e2e ≤ 2000 ms" in said
    [cell] = json.loads((here / "results" / "latest" / "run.json").read_text())["search"]["cells"]
    # A busy machine holds less than is possible, never more: a queue that grows by 4 % is seen in five seconds.
    assert cell["missed"] is not None
    assert (cell["held"] or 0) < 104
    assert (here / "results" / "latest" / "report.html").is_file()


@pytest.mark.parametrize(
    ("carried_out", "words", "said"),
    [
        (overlap, ("bench", "--arrivals", "bursty,rate=3"), "no arrivals 'bursty'"),
        (overlap, ("bench", "--arrivals", "poisson,rate=0"), "rate must lie"),
        (overlap, ("bench", "--arrivals", "trace,file=nowhere.csv"), "nowhere.csv: No such file"),
        (process, ("bench", "--arrivals", "trace,file=bad.csv"), "bad.csv, line 3: "),
        (
            overlap,
            ("bench", "--arrivals", "poisson,rate=5", "--strategies", "abatch"),
            "abatch has no open loop; these have",
        ),
        (overlap, ("bench", "--duration", "5"), "give it arrivals"),
        (overlap, ("slo",), "there is no SLO to be kept"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(here, carried_out, words, said):
    """Nothing is started, and no folder is left behind."""
    (here / "bad.csv").write_text("Timestamp,Request tokens,Response tokens\n1,2,3\n2,many,3\n")
    code, _, errors = carried_out(*words)
    assert code == 2
    assert re.fullmatch(r"overlap: .*\n", errors), errors
    assert said in errors
    assert not list(here.glob("results/*"))
