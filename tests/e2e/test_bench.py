"""`overlap bench` as a whole process: what it leaves on file, and what becomes of everything that goes wrong."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.store import run_files

# On the client that imports least: each round is a process of its own.
SMALL = ("strategies", "--clients", "floor", "--strategies", "gather", "--rounds", "2")
# What is drawn is looked at in some of these, and would be a second of each.
NUMBERS = ("--format", "json")
QUICK = ("--concurrency", "4", "--calls", "6", "--profile", "steady,ttft=0.01,itl=0.001", "--tokens", "4")


def _command(results, *words):
    # The calibration has a test of its own; seconds before each of these would test nothing more.
    return [
        sys.executable,
        "-m",
        "overlap.harness.cli",
        "bench",
        "--calibrate",
        "0",
        *words,
        "--results",
        str(results),
    ]


def _bench(results, *words):
    return subprocess.run(_command(results, *words), capture_output=True, text=True, timeout=120, check=False)


def _bench_here(results, *words):
    """Do the same in this process, for what a process of its own would not do otherwise."""
    done = CliRunner().invoke(main, _command(results, *words)[3:])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done


def _only_run(results) -> Path:
    [folder] = [each for each in results.iterdir() if not each.is_symlink()]
    return folder


def _about(folder):
    return json.loads((folder / "run.json").read_text())


@pytest.fixture(scope="module")
def done(made_once):
    """One whole run, calibration and both loops included, for the tests that only look at what it left."""
    cells = ("--clients", "aiohttp", "--strategies", "gather,astream_many", "--loops", "asyncio,uvloop")
    more = ("--calibrate", "1", "--profile", "lognormal,ttft=0.01,itl=0.001")

    def fill(folder):
        process = _bench(folder / "results", *SMALL, *QUICK, *cells, *more)
        assert process.returncode == 0, process.stderr
        (folder / "said").write_text(process.stdout)

    made = made_once("bench", fill)
    return (made / "said").read_text(), made / "results"


def test_a_run_leaves_everything_it_knows_in_its_folder(done):
    """Raw calls, slots, summary, report and charts are there, `latest` points at them, and the books balance."""
    _, results = done
    folder = _only_run(results)
    assert (results / "latest").resolve() == folder.resolve()
    written = {each.name for each in folder.iterdir()}
    assert written >= {
        "run.json",
        "slots.jsonl",
        "calls.jsonl",
        "summary.json",
        "report.html",
        "report.md",
        "charts",
    }
    about = _about(folder)
    assert about["state"] == "finished"
    assert about["balance"]["faults"] == []
    # 2 strategies x 2 loops x 2 rounds x (6 calls + 4 warm-up calls), each with one request at the server.
    assert [about["balance"][key] for key in ("made", "recorded", "joined", "entries")] == [80, 80, 80, 80]
    run = run_files.read(folder)
    assert {slot.peak for slot in run.slots} == {4}
    # A connection a call in flight, opened by the warm-up and reused; taking the journal opens none that counts.
    assert {slot.connections for slot in run.slots} == {4}
    assert {len(call.chunks) for call in run.calls if "astream" in call.cell and not call.warmup} == {4}
    assert all(call.output_tokens == 4 for call in run.calls)


def test_the_same_call_has_the_same_latency_in_every_cell_and_another_one_in_each_round(done):
    """Common random numbers: call 3 of a round is planned alike by whichever strategy and loop."""
    planned: dict[tuple[int, int], set[int]] = {}
    for call in run_files.read(_only_run(done[1])).calls:
        if not call.warmup:
            planned.setdefault((call.round, call.index), set()).add(call.served[0].planned[-1])
    # 6 calls in 2 rounds, each latency drawn once and shared by four cells.
    assert len(planned) == 12
    assert all(len(ends) == 1 for ends in planned.values())
    assert len({end for ends in planned.values() for end in ends}) == 12


def test_a_run_begins_with_its_calibration_and_reports_what_it_can_resolve(done):
    """run.json has it, with books of its own; the report shows it as a certificate."""
    said, results = done
    calibration = _about(_only_run(results))["calibration"]
    assert {each["concurrency"] for each in calibration["floor"]} == {1, 64}
    assert calibration["balance"]["faults"] == []
    assert "Calibration certificate" in said


def test_the_report_can_be_made_again_from_the_file(done, tmp_path):
    """What was deleted comes back, the same to the byte where it holds no time of making."""
    original = _only_run(done[1])
    folder = Path(shutil.copytree(original, tmp_path / original.name))
    before = (folder / "summary.json").read_bytes()
    for name in ("summary.json", "report.html", "report.md"):
        (folder / name).unlink()
    assert CliRunner().invoke(main, ["report", str(folder)]).exit_code == 0
    assert (folder / "report.html").exists()
    assert (folder / "summary.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nonsense",), "'nonsense'"),
        (("strategies", "--strategies", "gahter"), "'gahter'"),
        (("strategies", "--clients", "htpx"), "'htpx'"),
        (("strategies", "--loops", "trio"), "'trio'"),
        (("strategies", "--profile", "slow,ttft=1"), "slow"),
        (("strategies", "--profile", "steady,ttft=-1"), "ttft"),
        (("strategies", "--profile", "steady,latency=1"), "latency"),
        (("strategies", "--rounds", "0"), "rounds"),
        (("strategies", "--format", "json,pdf"), "'pdf'"),
        (("strategies", "--concurrency", "x"), "concurrency"),
        (("strategies", "--clients", "aiohttp", "--strategies", "abatch"), "abatch"),
        (("--server", "/nowhere/to/be/found"), "/nowhere/to/be/found"),
        (("--server", f"{sys.executable} -c 'print(1)'"), "did not come up"),
        (("--config", "/nowhere.toml"), "/nowhere.toml"),
        (("--bogus", "1"), "no option '--bogus'; did you mean --rounds? All "),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(tmp_path, words, named):
    """The line names the mistake; nothing is measured and no folder is left."""
    done = _bench_here(tmp_path, *words)
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("overlap: ")
    assert named in line
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_ends_the_process_with_one_line_and_exit_2(tmp_path):
    """What the shell sees of a mistake is no traceback, and nothing on stdout."""
    done = _bench(tmp_path, "nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert "'nonsense'" in line


def test_results_that_cannot_be_written_are_one_line_and_exit_2(tmp_path):
    """A file where the folder should be: nothing is started."""
    (tmp_path / "file").write_text("in the way")
    done = _bench_here(tmp_path / "file", *SMALL, *QUICK)
    assert done.exit_code == 2
    assert "cannot write" in done.stderr


def _endless(results, *words):
    """Start a run of a thousand rounds in a process of its own."""
    command = _command(results, *SMALL, *QUICK, "--rounds", "1000", *words)
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _last_words(process):
    """Wait until the process has ended; return what it said on stderr."""
    try:
        return process.communicate(timeout=60)[1]
    finally:
        process.kill()
        process.wait()


def _wait_for_slot(process, results, least=1):
    """Wait until a slot is on file; fail when the process ends or nothing comes for a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        for slots in results.glob("*/slots.jsonl"):
            if slots.read_bytes().count(b"\n") >= least:
                return
        time.sleep(0.05)
    pytest.fail("no slot was measured")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_was_measured(tmp_path, sent):
    """Ctrl-C, or a CI runner's SIGTERM: exit 130, a readable run, a report, and no process left behind."""
    process = _endless(tmp_path, *NUMBERS)
    _wait_for_slot(process, tmp_path, 2)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(sent)
    errors = _last_words(process)
    assert process.returncode == 130, errors
    assert psutil.wait_procs(children, timeout=10)[1] == []
    folder = _only_run(tmp_path)
    assert _about(folder)["state"] == "interrupted"
    assert len(run_files.read(folder).slots) >= 2
    assert (folder / "summary.json").exists()
    assert b"slots never answered" in errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ((signal.SIGINT, signal.SIGINT), "Ctrl-C"),
        ((signal.SIGINT, signal.SIGINT, signal.SIGINT), "Ctrl-C"),
        ((signal.SIGTERM, signal.SIGINT), "SIGTERM"),
        ((signal.SIGHUP, signal.SIGHUP), "SIGHUP"),
    ],
    ids=["twice", "thrice", "SIGTERM first", "a closed terminal"],
)
def test_who_cannot_wait_loses_the_report_and_nothing_else(tmp_path, sent, reason):
    """One line: what came, and how to have the report; state and reason are on file, `latest` is the run."""
    process = _endless(tmp_path)
    _wait_for_slot(process, tmp_path, 2)
    for number in sent:
        process.send_signal(number)
        time.sleep(0.05)
    errors = _last_words(process).decode()
    assert process.returncode == 130, errors
    folder = _only_run(tmp_path)
    about = _about(folder)
    assert about["state"] == "interrupted"
    assert about["reason"].startswith(f"interrupted by {reason}")
    assert (tmp_path / "latest").resolve() == folder
    run = run_files.read(folder)
    assert run.faults == ()
    assert len(run.slots) >= 2
    [line] = [each for each in errors.splitlines() if each.startswith("overlap: ")]
    assert f"overlap report {folder}" in line
    assert CliRunner().invoke(main, ["report", str(folder), "--format", "json"]).exit_code == 0


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from overlap.harness.cli import main
main.process(sys.argv[2:])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("room", "code"), [(40_000, 1), (4_000, 2)])
def test_a_file_that_can_grow_no_more_ends_the_run_in_one_line(tmp_path, room, code):
    """What was measured until then is whole; where not even run.json has room, nothing is begun."""
    words = _command(tmp_path, *SMALL, *QUICK, "--rounds", "500", "--quiet")[3:]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(room), *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stderr
    [line] = done.stderr.splitlines()
    assert "File too large" in line
    if code == 2:
        assert list(tmp_path.iterdir()) == []
        return
    folder = _only_run(tmp_path)
    run = run_files.read(folder)
    assert (run.faults, run.about.state) == ((), "failed")
    assert run.about.reason == "what was measured cannot be written any more: File too large"
    assert len(run.slots) > 2
    assert (tmp_path / "latest").resolve() == folder


@pytest.mark.parametrize("closed", ["2>&-", ">&-"])
def test_a_run_whose_books_balance_is_exit_0_whoever_listens(tmp_path, closed):
    """Nothing is measured differently because nobody reads what is said."""
    command = _command(tmp_path, *SMALL, *QUICK, *NUMBERS, "--rounds", "1")
    done = subprocess.run(["bash", "-c", f'"$@" {closed}', "bash", *command], timeout=120, check=False)
    assert done.returncode == 0
    assert run_files.read(_only_run(tmp_path)).faults == ()


def test_a_killed_run_leaves_no_server_behind(tmp_path):
    """Even SIGKILL, which nobody can catch, takes the children along."""
    process = _endless(tmp_path)
    _wait_for_slot(process, tmp_path)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    _last_words(process)
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert run_files.read(_only_run(tmp_path)).slots


def test_a_server_that_dies_ends_the_run_in_order(tmp_path):
    """What was measured before is kept, the report is made, the reason is said, the exit code is 1."""
    process = _endless(tmp_path)
    _wait_for_slot(process, tmp_path)
    children = (each for each in psutil.process_iter(["ppid", "cmdline"]) if each.info["ppid"] == process.pid)
    [mock] = [each for each in children if "overlap.mock_server" in (each.info["cmdline"] or ())]
    mock.kill()
    errors = _last_words(process)
    assert process.returncode == 1, errors
    assert b"server" in errors
    assert b"Traceback" not in errors
    folder = _only_run(tmp_path)
    assert _about(folder)["state"] == "failed"
    assert run_files.read(folder).slots
    assert (folder / "report.html").exists()


MUTE = """
import asyncio
async def main():
    async def swallow(reader, writer):
        while await reader.read(65536):
            pass
        writer.close()
    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@pytest.mark.slow
def test_a_server_that_never_answers_is_lost_and_said_to_be(tmp_path):
    """A run does not wait for ever, and measures nothing rather than something made up."""
    script = tmp_path / "mute.py"
    script.write_text(MUTE)
    words = ("--server", f"{sys.executable} {script}", "--timeout", "1")
    done = _bench_here(tmp_path / "results", *SMALL, *QUICK, *words)
    assert done.exit_code == 1
    assert "does not answer" in done.stderr


def test_a_slot_that_hangs_is_ended_and_the_others_go_on(tmp_path, monkeypatch):
    """The hanging cell is named as missing and left out of later rounds; the rest of the run is whole."""
    (tmp_path / "endless").mkdir()
    (tmp_path / "endless" / "hanging.py").write_text(
        '"""A strategy that never ends."""\nimport asyncio\nNEEDS = "ainvoke"\n'
        "async def run(app, items, probe, concurrency):\n    await asyncio.sleep(3600)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    words = ("--strategies", "gather,endless.hanging", "--slot-timeout", "3")
    done = _bench_here(tmp_path / "results", *SMALL, *QUICK, *NUMBERS, *words)
    assert done.exit_code == 1
    assert "no answer within 3 s" in done.stderr
    folder = _only_run(tmp_path / "results")
    about = _about(folder)
    assert {each["cell"].split("/")[2] for each in about["missing"]} == {"endless.hanging"}
    assert len(about["missing"]) == 2
    assert len(run_files.read(folder).slots) == 2


def test_calls_that_fail_are_recorded_by_kind_and_the_run_is_whole(tmp_path):
    """A refused request is a result: every call is on file with its error, and the report says so."""
    words = ("--strategies", "gather,astream_many", "--concurrency", "2", "--calls", "2", "--rounds", "1")
    words = (*words, *NUMBERS, "--profile", "steady,ttft=5,itl=0", "--timeout", "0.3")
    done = _bench_here(tmp_path, *SMALL, *words)
    folder = _only_run(tmp_path)
    run = run_files.read(folder)
    kinds = {call.error for call in run.calls if not call.warmup}
    assert all("Timeout" in (kind or "") for kind in kinds), done.stderr
    assert len([call for call in run.calls if call.error]) == 4
    # Nothing is written but what was asked for.
    assert not {each.name for each in folder.iterdir()} & {"report.html", "report.md", "charts"}
    assert [cell["errors"] for cell in json.loads((folder / "summary.json").read_text())["cells"]] == [2, 2]


@pytest.mark.slow
def test_a_scenario_is_a_script_of_its_own(tmp_path):
    """`python -m overlap.scenarios.three_calls` runs it alone and prints its answer."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "overlap.scenarios.three_calls", "--rounds", "1", "--calibrate", "0"),
            *("--clients", "floor", *NUMBERS, "--results", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "in sequence" in done.stdout
    run = run_files.read(_only_run(tmp_path))
    took = {slot.cell.split("/")[2]: slot.ended - slot.started for slot in run.slots}
    # What was planned cannot be beaten: three waits in sequence, one under gather.
    assert took["ainvoke"] >= 4.5e9
    assert 1.5e9 <= took["gather"] < took["ainvoke"]


def test_bench_says_in_its_help_what_every_option_is_for():
    """The flags are derived from the configuration, so none can be missing."""
    said = CliRunner().invoke(main, ["bench", "--help"]).stdout
    for word in ("--strategies", "--slot-timeout", "--profile", "Exit codes"):
        assert word in said
