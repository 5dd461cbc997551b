"""What a load run has measured is on file when a process of it is killed in the middle, or the disk is full."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

import orjson
import psutil
import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.store import run_files

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="found by /proc")]

WORDS = ("--profile", "steady,ttft=0.02,itl=0.01", "--tokens", "4", "--endpoint", "chat_stream", "--users", "4")
HEADLESS = ("--time", "60", *WORDS)
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from overlap.harness.cli import main
main.process(sys.argv[2:])
"""
KEPT = 2.5e9  # ns before a death; a call that had ended by then must be on file


@contextmanager
def started(results, *words, room=None):
    """Start `overlap load`; whatever is left of it at the end is killed."""
    command = ["-m", "overlap.harness.cli"] if room is None else ["-c", LIMITED, str(room)]
    process = subprocess.Popen(
        [sys.executable, *command, "load", *words, "--results", str(results)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def folder_of(results):
    """Return the only run folder, or None if there is none yet."""
    folders = [each for each in results.iterdir() if each.is_dir() and not each.is_symlink()]
    return folders[0] if folders else None


def await_calls(process, results, number=40):
    """Wait until so many calls of the unfinished test are on file, and return the folder."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if results.exists() and (folder := folder_of(results)):
            with suppress(OSError):
                if (folder / "unfinished.jsonl").read_bytes().count(b"\n") >= number:
                    return folder
        time.sleep(0.05)
    return pytest.fail(
        f"no calls on file: {process.communicate(timeout=60) if process.poll() is not None else ''}"
    )


def kill(process, module):
    """Kill the child of *process* that runs *module*; return when, on the clock of the calls."""
    for child in psutil.Process(process.pid).children():
        if module in child.cmdline():
            child.kill()
            return time.monotonic_ns()
    return pytest.fail(f"there is no {module}")


def gap(run, death):
    """Return how long before *death*, in ns, the last call on file had ended that was answered."""
    return death - max(call.done for call in run.calls if not call.error)


def report(folder):
    """Make the report of *folder*; return its exit code and what it says."""
    made = CliRunner().invoke(main, ["report", str(folder), "--format", "json,markdown", "--quiet"])
    return made.exit_code, made.output


def hold_killed_locust(folder, errors, death):
    """Locust has died in a test: its calls are on file, joined; what only it knew is None."""
    run = run_files.read(folder)
    assert run.about.state == "failed"
    assert run.about.reason.startswith("Locust died")
    assert sum(line.startswith("overlap: Locust died") for line in errors.splitlines()) == 1
    assert gap(run, death) < KEPT
    assert all(slot.cpu is None for slot in run.slots)
    assert all(slot.peak is not None for slot in run.slots)
    assert all(call.served for call in run.calls if not call.error)
    assert not (folder / "unfinished.jsonl").exists()
    assert (folder / "report.html").exists()
    balance = run.about.balance
    # The calls that were in flight are known of the server alone.
    assert balance.made == balance.recorded
    assert balance.unjoined > 0
    assert run.faults == ()


def test_a_headless_test_whose_locust_is_killed_is_on_file(tmp_path):
    """The run has failed, and its report is made from what had been measured."""
    with started(tmp_path, *HEADLESS) as process:
        folder = await_calls(process, tmp_path)
        death = kill(process, "overlap.harness.load.engine")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    hold_killed_locust(folder, errors, death)
    assert report(folder)[0] == 0


def test_a_test_of_the_page_whose_locust_is_killed_is_on_file(tmp_path):
    """As a headless one; the page ends with it."""
    with started(tmp_path, *WORDS, "--port", "0") as process:
        address = next(line.split()[1] for line in process.stdout if line.startswith("Locust "))
        request = urllib.request.Request(f"{address}/swarm", b"user_count=3&spawn_rate=3")  # noqa: S310  loopback
        with urllib.request.urlopen(request) as response:  # noqa: S310
            assert json.loads(response.read())["success"]
        folder = await_calls(process, tmp_path)
        death = kill(process, "overlap.harness.load.engine")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    hold_killed_locust(folder, errors, death)
    assert {cell.concurrency for cell in run_files.read(folder).cells} == {3}


def test_a_test_whose_mock_is_killed_is_on_file(tmp_path):
    """Locust ends the test; of calls whose journal was lost the requests are unknown, and not none."""
    with started(tmp_path, *HEADLESS) as process:
        folder = await_calls(process, tmp_path)
        death = kill(process, "overlap.mock_server")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    run = run_files.read(folder)
    assert (run.about.state, run.about.reason) == ("failed", "the mock server died with exit code -9")
    assert errors.count("the mock server died") == 1
    assert gap(run, death) < KEPT
    assert any(call.served for call in run.calls)
    lost = sum(1 for call in run.calls if not call.error and not call.served)
    assert [(slot.peak, slot.connections, slot.untold) for slot in run.slots] == [(None, None, lost)]
    assert not any("never reached the server" in fault for fault in run.about.balance.faults)
    assert run.faults == ()
    assert report(folder)[0] == 0


def test_a_run_that_is_killed_itself_is_read_and_told_to_be(tmp_path):
    """Its last seconds are gone with it, and the rest is in the report."""
    with started(tmp_path, *HEADLESS) as process:
        folder = await_calls(process, tmp_path)
        assert run_files.read(folder).going
        process.send_signal(signal.SIGKILL)
        death = time.monotonic_ns()
        process.wait(60)
        run = run_files.read(folder)
    assert (run.going, run.about.state, run.faults) == (False, "running", ())
    assert run.unfinished == len(run.calls) >= 40
    assert gap(run, death) < KEPT
    assert [slot.cpu for slot in run.slots] == [None]
    assert sum(1 for call in run.calls if call.served) > 30
    code, output = report(folder)
    assert code == 0
    assert f"the run was killed: of a test that did not come to its end {run.unfinished} calls had" in output
    assert "killed: this is what was measured until then" in (folder / "report.md").read_text()
    cells = orjson.loads((folder / "summary.json").read_bytes())["cells"]
    assert [cell["metrics"]["e2e.p50"]["value"] is not None for cell in cells] == [True]


def test_a_disk_that_is_full_in_the_middle_of_a_test_ends_it_in_one_line(tmp_path):
    """What was written until then is counted and read."""
    with started(tmp_path, *HEADLESS, "--quiet", room=60_000) as process:
        _, errors = process.communicate(timeout=90)
    assert process.returncode == 1, errors
    folder = folder_of(tmp_path)
    why = "what was measured cannot be written any more: File too large"
    # There is no room for a report, either, while the disk is full.
    said = [line for line in errors.splitlines() if not line.startswith("overlap: written to")]
    assert said == [f"overlap: {why}"]
    assert "nothing was measured" not in errors
    run = run_files.read(folder)
    assert (run.faults, run.about.state, run.about.reason) == ((), "failed", why)
    assert run.about.load.calls == sum(1 for call in run.calls if not call.warmup)
    assert run.unfinished == len(run.calls) > 10
    code, output = report(folder)
    assert code == 0
    assert "had been written to unfinished.jsonl" in output
