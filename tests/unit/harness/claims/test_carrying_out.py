"""Measuring one claim: what becomes of missing packages, errors and judges that fail; and the exit codes."""

import sys
from io import StringIO
from types import ModuleType

import pytest
from rich.console import Console

from overlap.harness import registry
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.claims import command, ledger, run, worker
from overlap.harness.claims.catalogue import Claim
from overlap.harness.claims.command import code
from overlap.harness.claims.run import ClaimAnswer, finding
from overlap.harness.claims.verdict import HOLDS, NOT_JUDGED, ClaimVerdict
from overlap.harness.text.mistakes import Mistake


class Bed:
    """Answers as a worker would, without one."""

    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, _):
        """Answer, or die."""
        if isinstance(self.answer, BaseException):
            raise self.answer
        return ClaimAnswer(**self.answer)


def claim(judge=lambda _: ClaimVerdict(HOLDS, "it does")):
    """A claim whose judge is *judge*."""
    module = ModuleType("c99_it_is_so")
    module.Facts, module.judge = dict[str, int], judge
    return Claim("C99", "c99_it_is_so", "It is so.", ("S0",), "streams", ("asyncio:gather",), module)


def test_a_finding_has_the_verdict_and_the_facts():
    """And what it is held against."""
    found = finding(Bed({"facts": {"a": 1}}), claim(), "false")
    assert (found.verdict, found.evidence, found.facts) == (HOLDS, "it does", {"a": 1})
    assert found.changed
    assert found.error is None


def test_a_missing_package_is_not_judged_and_named():
    """It neither holds nor is it false, and nothing is said to have changed."""
    found = finding(Bed({"missing": "fastapi"}), claim(), "holds")
    assert found.verdict == NOT_JUDGED
    assert found.evidence == "the package fastapi is not installed"
    assert not found.changed


def test_a_worker_that_dies_is_an_error_of_that_claim():
    """There is no verdict, and the reason is kept."""
    found = finding(Bed(WorkerFailure("the worker died with signal 9: without a word")), claim(), "holds")
    assert found.verdict is None
    assert "signal 9" in found.error


def test_a_judge_that_fails_is_an_error_of_that_claim():
    """The facts are kept: they were measured."""

    def judge(_):
        raise TypeError("no")

    found = finding(Bed({"facts": {"a": 1}}), claim(judge), "holds")
    assert found.verdict is None
    assert found.error == "its judge failed: TypeError: no"
    assert found.facts == {"a": 1}


@pytest.mark.parametrize(
    ("needs", "measure", "answer"),
    [
        (("no_such_package",), lambda _: {}, {"missing": "no_such_package"}),
        ((), lambda _: __import__("no_such_package"), {"missing": "no_such_package"}),
        ((), lambda _: 1 / 0, {"error": "ZeroDivisionError"}),
        ((), lambda _: {"a": 1}, {"facts": {"a": 1}}),
    ],
)
def test_a_worker_answers_whatever_happens(monkeypatch, needs, measure, answer):
    """A package that is missing is found beforehand, or when it is imported; an error has its name."""
    module = ModuleType("c99_it_is_so")
    module.NEEDS, module.measure = needs, measure
    monkeypatch.setattr(registry, "load", lambda *_: module)
    monkeypatch.setattr(worker.Bench, "begin", lambda _: None)
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    assert worker.answer({"claim": "c99_it_is_so", "base_url": "http://127.0.0.1:1"}) == answer


def test_a_worker_says_what_there_is_when_a_claim_is_unknown():
    """As for any registry."""
    assert "c03_input_size" in worker.answer({"claim": "c99", "base_url": ""})["mistake"]


@pytest.mark.parametrize(
    ("about", "state", "exit_code"),
    [
        ([{}], "finished", 0),
        ([{"verdict": "not judged"}], "finished", 0),
        ([{"verdict": None, "error": "it died"}], "finished", 1),
        ([{"verdict": "holds"}], "finished", 3),
        ([{"verdict": "holds"}, {"verdict": None, "error": "it died"}], "finished", 3),
        ([{"verdict": "holds"}], "interrupted", 130),
    ],
)
def test_the_exit_code_says_what_became_of_the_ledger(make_ledger, make_finding, about, state, exit_code):
    """As recorded, failed, changed, interrupted; a changed verdict is never hidden by a failure."""
    assert code(make_ledger(*(make_finding(**each) for each in about), state=state)) == exit_code


ORDER = {"facts": {"answered": [0, 1, 2], "ended": [2, 0, 1]}}


@pytest.mark.parametrize(
    ("recorded", "answer", "exit_code", "said"),
    [
        ("holds", ORDER, 0, "against the 1 on file, no verdict changed"),
        ("false", ORDER, 3, "1 verdict not as on file: C50."),
        ("holds", WorkerFailure("the worker died with signal 9: without a word"), 1, "1 experiment failed: C50."),
        ("holds", {"missing": "langchain"}, 0, "1 claim could not be judged: C50."),
        ("holds", KeyboardInterrupt(), 130, "interrupted: what was measured until then"),
    ],
)
def test_the_whole_command_tells_what_it_found(tmp_path, monkeypatch, recorded, answer, exit_code, said):
    """In its exit code, on the terminal, and in the files it leaves."""
    monkeypatch.setattr(command, "Bed", lambda: Bed(answer))
    monkeypatch.setattr(ledger, "recorded", lambda: {"C50": recorded})
    out = StringIO()
    asked = command.ClaimsRequest(("50",), results=tmp_path)
    assert command.carry_out(asked, Console(file=out, width=200)) == exit_code
    [folder] = tmp_path.iterdir()
    assert said in out.getvalue()
    assert said in (folder / "report.md").read_text()
    assert str(folder / "report.html") in out.getvalue()


def test_two_ledgers_are_compared_without_measuring_anything(tmp_path, make_ledger, make_finding):
    """Exit code 3 where a verdict differs, as for a ledger against the one on file."""
    for name, verdict in (("a", "false"), ("b", "holds")):
        (tmp_path / name).mkdir()
        ledger.write(tmp_path / name, make_ledger(make_finding(verdict=verdict)))
    out = Console(file=StringIO(), width=100)
    assert command.carry_out(command.ClaimsRequest(pair=(tmp_path / "a", tmp_path / "b")), out) == 3
    assert command.carry_out(command.ClaimsRequest(pair=(tmp_path / "a", tmp_path / "a")), out) == 0


def test_verdicts_on_other_versions_are_not_put_on_file():
    """They would be what every run on the installed versions is held against."""
    with pytest.raises(Mistake, match="--record"):
        command.carry_out(
            command.ClaimsRequest(versions=("langchain-core==1.0.0",), record=True), Console(file=StringIO())
        )


class Process:
    """A server and a worker that die when they are told to."""

    started = 0

    def __init__(self, *_):
        type(self).started += 1
        self.alive, self.base_url, self.ended = True, "http://127.0.0.1:1", False

    def ask(self, request, _):
        """Answer, or die on the word."""
        if request["claim"] == "die":
            raise WorkerFailure("the worker died")
        return {"facts": {}}

    def end(self):
        """End."""
        self.ended = True

    stop = end


def test_a_server_or_a_worker_that_died_is_started_anew_for_the_next_claim(monkeypatch):
    """One that lives is shared by all."""

    class Server(Process):
        """The server."""

    class Worker(Process):
        """The worker."""

    monkeypatch.setattr(run, "start", lambda _: Server())
    monkeypatch.setattr(run, "Launch", Worker)
    with run.Bed() as bed:
        for _ in range(3):
            assert bed.ask("c43") == ClaimAnswer()
        assert (Server.started, Worker.started) == (1, 1)
        with pytest.raises(WorkerFailure):
            bed.ask("die")
        assert bed.ask("c43") == ClaimAnswer()
        assert (Server.started, Worker.started) == (1, 2)
        bed._server.alive = False
        bed.ask("c43")
        assert (Server.started, Worker.started) == (2, 2)
