"""A signal while a diagnosis is measured, closed and told: what was measured is kept, and said to be."""

import json
import os
import signal
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from overlap.harness.application.project_python import OURS
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.cli import main
from overlap.harness.diagnose import run
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.diagnose.judge import UNCHANGED
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.run import Measurements
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.model.record import Slot
from overlap.harness.store import run_files

LAB = SimpleNamespace(interpreter=OURS)
SLOT = Slot("c", 0, 0, 4, 0, 10, 1)


def _fake(monkeypatch, rounds):
    """Let a diagnosis be one of nothing but the unchanged application, whose rounds are made by *rounds*."""

    def carry_out(asked, _lab, _tell, keep):
        made = Measurements(asked, Observation(SLOT, [], {}, [], "gather", 4, "steady"), [], [])
        return rounds(made, keep)

    monkeypatch.setattr(run, "Lab", lambda _asked: nullcontext(LAB))
    monkeypatch.setattr(run, "carry_out", carry_out)


def _diagnosed(tmp_path):
    done = CliRunner().invoke(main, ["diagnose", "app.py:f", "--quiet", "--results", str(tmp_path)])
    [folder] = tmp_path.iterdir()
    return done, folder, json.loads((folder / "diagnosis.json").read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_the_report_is_made_does_not_say_that_nothing_was_measured(tmp_path, monkeypatch, number):
    """Once it said so beside a finished diagnosis."""

    def rounds(made, keep):
        made.rounds.append({UNCHANGED: {"p95": 1e9}})
        keep(made)
        made.state = "finished"
        os.kill(os.getpid(), number)
        return made

    _fake(monkeypatch, rounds)
    done, folder, told = _diagnosed(tmp_path)
    assert done.exit_code == 130, done.exc_info
    assert f", when all was measured; what was measured is kept: {folder}" in done.stderr
    assert (told["state"], len(told["rounds"])) == ("finished", 1)
    assert (folder / "report.html").exists()


def test_a_report_that_has_no_room_leaves_what_was_measured_and_one_line(tmp_path, monkeypatch):
    """diagnosis.json comes first."""

    def rounds(made, _keep):
        made.state = "finished"
        return made

    put = run_files.replace

    def full(path, content):
        if path.suffix == ".html":
            raise OSError(28, "No space left on device")
        put(path, content)

    _fake(monkeypatch, rounds)
    monkeypatch.setattr(run_files, "replace", full)
    done, folder, told = _diagnosed(tmp_path)
    assert (done.exit_code, told["state"]) == (1, "finished")
    [line] = done.stderr.splitlines()
    assert line.endswith(
        f"its report cannot be written: No space left on device; what there was room for is in {folder}"
    )


@pytest.mark.parametrize(
    ("wrong", "state", "fault"),
    [
        (ServerNotReady("the server did not come up: port 80 is taken"), "failed", "port 80 is taken"),
        (ServerLost("the server died"), "failed", "the server died"),
        (WorkerFailure("the worker died with signal 9"), "failed", "signal 9"),
        (KeyboardInterrupt(), "interrupted", None),
        (None, "finished", None),
    ],
)
def test_whatever_ends_a_diagnosis_early_leaves_what_was_measured(monkeypatch, wrong, state, fault):
    """A server of another speed is started in the midst of it, and may not come up: once that was a traceback."""

    def rounds(made, *_):
        made.rounds.append({UNCHANGED: {"p95": 1e9}})
        if wrong:
            raise wrong

    monkeypatch.setattr(run, "interventions", lambda _: [])
    monkeypatch.setattr(run, "_seen", lambda _asked, _lab: Observation(SLOT, [], {}, [], "gather", 4, "steady"))
    monkeypatch.setattr(run, "_rounds", rounds)
    made = run.carry_out(DiagnosisRequest("app.py:f"), LAB, None, None)
    assert made.state == state
    assert (made.fault or "").endswith(fault or "")
    assert (made.fault is None) is (fault is None)
    assert made.rounds == [{UNCHANGED: {"p95": 1e9}}]
