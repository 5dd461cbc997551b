"""How a worker is talked to, whatever it does: one answer a request, and what goes wrong is an answer too."""

import sys
from types import SimpleNamespace

import orjson
import pytest

from overlap.harness.application.blame import ApplicationError
from overlap.harness.application.project_python import OURS
from overlap.harness.bench.worker_process import Launch
from overlap.harness.diagnose import run
from overlap.harness.diagnose.run import Lab
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.line_process import LineProcess
from overlap.harness.registry import Unknown
from overlap.harness.worker.serving import dispatch

WORKER = """
from overlap.harness.worker.serving import Wire, dispatch, serve
wire = Wire()
print("printed before", flush=True)
def double(request):
    print("printed meanwhile", flush=True)
    return {"doubled": 2 * request["double"], "set": {1}}
serve(wire, lambda request: dispatch({"double": double}, request))
"""


def raising(wrong):
    """Return a handler that raises *wrong*."""

    def handler(_):
        raise wrong

    return handler


@pytest.mark.parametrize(
    ("asked", "wrong", "answer"),
    [
        ("methods", Unknown("no loop 'x'"), {"mistake": "no loop 'x'"}),
        ("slot", Unknown("no loop 'x'"), {"mistake": "no loop 'x'"}),
        ("methods", ApplicationError("app.py, line 3: KeyError"), {"mistake": "app.py, line 3: KeyError"}),
        ("slot", ApplicationError("app.py, line 3: KeyError"), {"reason": "app.py, line 3: KeyError"}),
        ("slot", ValueError("a prompt"), {"error": "ValueError"}),
        ("claim", SystemError("a prompt"), {"error": "SystemError"}),
    ],
)
def test_what_goes_wrong_is_told_by_whose_it_is_to_mend(capsys, asked, wrong, answer):
    """A mistake before anything was measured, a reason in a slot; of an error its kind, and the rest on stderr."""
    assert dispatch({asked: raising(wrong)}, {asked: {}, "more": 1}) == answer
    assert ("a prompt" in capsys.readouterr().err) is ("error" in answer)


def test_requests_are_answered_until_there_are_no_more():
    """What the worker prints is on stderr; an error is an answer, and the next request is carried out."""
    process = LineProcess([sys.executable, "-c", WORKER], env=scrubbed())
    try:
        for request in ({"double": 2}, {"double": None}, {"double": 3}):
            process.say(orjson.dumps(request))
        assert orjson.loads(process.line(30)) == {"doubled": 4, "set": [1]}
        assert orjson.loads(process.line(30)) == {"error": "TypeError"}
        assert orjson.loads(process.line(30)) == {"doubled": 6, "set": [1]}
        process.leave()
        assert process.wait(20) == 0
        assert process.printed().splitlines()[:2] == ["printed before", "printed meanwhile"]
    finally:
        process.end()


CAME = {
    "attempted": 1,
    "empty": 0,
    "errors": ["key sk-proj-0123456789abcdef0123"],
    "failing": {"invoke": "Bearer abcdef123"},
}


@pytest.mark.parametrize("command", ["bench", "diagnose"])
def test_what_first_calls_say_is_told_without_secrets(monkeypatch, command):
    """An application may have its key in the text of an error, which is shown to the user."""
    launch = SimpleNamespace(ask=lambda _request, _patience: {"tried": CAME}, alive=True)
    launch.tried = lambda order, patience: Launch.tried(launch, order, patience)
    if command == "bench":
        came = launch.tried(None, 1.0)
    else:
        monkeypatch.setattr(run, "Launch", lambda *_, **__: launch)
        lab = object.__new__(Lab)
        lab._launch, lab._servers = None, SimpleNamespace(worker_core=None)
        lab._asked, lab._env, lab.interpreter = SimpleNamespace(seed=7, slot_timeout=1.0), {}, OURS
        came = lab.tried(None)
    assert (came.errors, came.failing) == (["key [secret]"], {"invoke": "Bearer [secret]"})
