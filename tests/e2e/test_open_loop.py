"""Open loops from the command line: a recording through a chain, a search, and what cannot be."""

import json
import re
import subprocess
import sys

import pytest

from harness import store

TRACE = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n" + "".join(
    f"{number / 20},m,{50 + 40 * number},{1 + 3 * number},0,x\n" for number in range(20)
)


def overlap(*words, folder):
    """Run a command of ours to its end."""
    command = [sys.executable, "-m", "harness.cli", *words, "--results", "results"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_a_recording_is_played_through_a_chain(tmp_path):
    """Every call made and joined, prompts and answers as long as they were, due when they came, and told so."""
    (tmp_path / "traffic.csv").write_text(TRACE)
    words = ("strategies", "--arrivals", "trace,file=traffic.csv,speed=2", "--strategies", "astream")
    done = overlap("bench", *words, "--rounds", "1", "--slo", "e2e=30", "--calibrate", "0", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Open loop: calls at their due times" in done.stdout
    run = store.read(tmp_path / "results" / "latest")
    calls = sorted((call for call in run.calls if not call.warmup), key=lambda call: call.index)
    assert [call.served[0].tokens for call in calls] == [1 + 3 * number for number in range(20)]
    # The chain's own message comes on top of every prompt, and is the same each time.
    assert len({call.served[0].prompt_tokens - 50 - 40 * call.index for call in calls}) == 1
    assert [call.due - calls[0].due for call in calls] == [number * 25_000_000 for number in range(20)]
    assert all(call.lag >= 0 for call in calls)
    assert run.cells[0].arrivals == "trace,file=traffic.csv,speed=2"


def test_a_search_ends_with_a_rate(tmp_path):
    """Ten calls of 100 ms a second fit on one place: twice as many do not, once the queue has had a second."""
    words = ("--clients", "aiohttp", "--strategies", "gather_bounded", "--concurrency", "1")
    limits = ("--slo", "e2e=0.3", "--share", "0.8", "--most", "40", "--duration", "1", "--rounds", "1")
    profile = ("--profile", "steady,ttft=0.1,itl=0")
    done = overlap("slo", *words, *limits, *profile, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The highest rate that keeps e2e ≤ 300 ms" in done.stdout
    [cell] = json.loads((tmp_path / "results" / "latest" / "run.json").read_text())["search"]["cells"]
    [found] = cell["rounds"]
    # A busy machine keeps less than is possible, never more; at four times what fits, it must be missed.
    assert found["missed"] is not None
    assert (found["kept"] or 0) < 40
    assert (tmp_path / "results" / "latest" / "report.html").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bench", "--arrivals", "bursty,rate=3"), "no arrivals 'bursty'"),
        (("bench", "--arrivals", "poisson,rate=0"), "rate must lie"),
        (("bench", "--arrivals", "trace,file=nowhere.csv"), "nowhere.csv: No such file"),
        (("bench", "--arrivals", "trace,file=bad.csv"), "bad.csv, line 3: "),
        (
            ("bench", "--arrivals", "poisson,rate=5", "--strategies", "abatch"),
            "abatch has no open loop; these have",
        ),
        (("bench", "--duration", "5"), "give it arrivals"),
        (("slo",), "there is no SLO to be kept"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(tmp_path, words, said):
    """Nothing is started, and no folder is left behind."""
    (tmp_path / "bad.csv").write_text("Timestamp,Request tokens,Response tokens\n1,2,3\n2,many,3\n")
    done = overlap(*words, folder=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(r"overlap: .*\n", done.stderr), done.stderr
    assert said in done.stderr
    assert not list(tmp_path.glob("results/*"))
