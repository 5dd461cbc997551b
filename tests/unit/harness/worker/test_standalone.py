"""A worker under an interpreter in which nothing of ours is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from overlap.harness.host.our_package import FOLDER
from overlap.harness.worker import standalone

STANDALONE = standalone.__file__
MAIN = "overlap.harness.worker.main"


def interpreters():
    """Return the Pythons of this machine that a worker may run under, by version."""
    places = [*Path.home().glob(".pyenv/versions/3.1[0-9].*/bin/python"), Path(sys.executable)]
    return {python.resolve().parts[-3]: str(python) for python in sorted(places)}


@pytest.mark.parametrize("python", interpreters().values(), ids=interpreters())
def test_a_worker_needs_the_standard_library_alone(python):
    """Without the packages of any environment (-S), from 3.10 on."""
    request = json.dumps({"plan": "no_such_scenario"}) + "\n"
    command = [python, "-S", STANDALONE, str(FOLDER), MAIN]
    done = subprocess.run(command, input=request, capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["mistake"].startswith("no scenario 'no_such_scenario'"), done.stderr


def test_nothing_of_ours_is_found_by_another_name(tmp_path):
    """Neither the neighbours of the file that starts a worker, nor the folders beside our package."""
    (tmp_path / "looks.py").write_text(
        "from importlib.util import find_spec\n"
        "names = ('order', 'slot', 'standalone', 'harness', 'mock_server', 'scenarios', 'tests')\n"
        "print([name for name in names if find_spec(name)])\n"
    )
    command = [sys.executable, "-S", STANDALONE, str(FOLDER), "looks"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_an_old_interpreter_is_told_so(monkeypatch):
    """In a line, before anything of ours is imported that it could not read."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(SystemExit, match=r"^Python 3\.9 is too old: a worker needs 3\.10 or newer$"):
        standalone.main()
