"""An application under the interpreter of its own environment, in which nothing of Overlap's is installed."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

OVERLAP = Path(sys.executable).with_name("overlap")
PYTHONS = {each.parts[-3]: each for each in sorted(Path.home().glob(".pyenv/versions/3.1[0-9].*/bin/python"))}
PACKAGES = ("harness", "scenarios", "mock_server", "results", "tests", "config", "app")
# Its client is the standard library's, since its environment has nothing else.
APP = """
import json, os, sys, urllib.request
import harness, scenarios, mock_server, results, tests, config, app
assert {harness.NAME, scenarios.NAME, mock_server.NAME, app.NAME} == {"theirs"}
assert "overlap" not in {name.partition(".")[0] for name in sys.path}
print("hello at import")

def ask(question):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": question}]}).encode()
    head = {"Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body, head)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["choices"][0]["message"]["content"]
"""
SMALL = ("--rounds", "1", "--calls", "4", "--calibrate", "0", "--concurrency", "2", "--tokens", "2")


@pytest.fixture
def project(tmp_path):
    """Return somebody's repository, whose packages have the names of ours and even of what we need."""
    (tmp_path / ".git").mkdir()
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("NAME = 'theirs'\n")
    for name in ("orjson", "msgspec", "order", "slot"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported by Overlap')\n")
    (tmp_path / "ask.py").write_text(APP)
    return tmp_path


def digest(folder: Path) -> str:
    """Return a digest of every file and link in *folder*, with its name."""
    files = sorted(each for each in folder.rglob("*") if each.is_file() or each.is_symlink())
    told = [(str(each), each.readlink() if each.is_symlink() else each.read_bytes()) for each in files]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def overlap(*words, cwd, **env):
    """Run a command as a user does who has activated no environment, or the one that *env* names."""
    clean = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    command = [OVERLAP, *words]
    return subprocess.run(
        command, cwd=cwd, env=clean | env, capture_output=True, text=True, timeout=120, check=False
    )


def environment_of(results: Path) -> dict[str, object]:
    """Return what the newest run says of the environment it was measured in."""
    environment: dict[str, object] = json.loads((results / "latest/run.json").read_text())["environment"]
    return environment


@pytest.mark.slow
def test_the_projects_own_environment_measures_it_and_is_left_as_it_is(project, tmp_path_factory):
    """Found beside the application; run from another folder; the run names it and the versions there."""
    venv.create(project / ".venv", with_pip=False, symlinks=True)
    before, results = digest(project), tmp_path_factory.mktemp("runs")
    words = ("bench", str(project / "ask.py") + ":ask", *SMALL, "--results", str(results))
    done = overlap(*words, cwd=results)
    assert done.returncode == 0, done.stderr
    name = f"{project.name}/.venv"
    assert f"of the environment {name} (.venv of the project)" in done.stderr
    environment = environment_of(results)
    assert environment["interpreter"] == f"{name} (.venv of the project)"
    assert environment["packages"] == {}
    assert digest(project) == before


@pytest.mark.slow
def test_diagnose_runs_there_too(project):
    """What needs a package that is not there is left out and explained, and is no failure."""
    venv.create(project / ".venv", with_pip=False, symlinks=True)
    done = overlap(
        "diagnose",
        "ask.py:ask",
        "--rounds",
        "3",
        "--calls",
        "4",
        "--concurrency",
        "2",
        "--tokens",
        "2",
        cwd=project,
    )
    assert done.returncode == 0, done.stderr
    assert "(.venv of the project)" in done.stderr
    [file] = (project / "results").glob("*/diagnosis.json")
    assert json.loads(file.read_text())["environment"]["packages"] == {}


@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_every_python_from_3_10_on_will_do(project, python):
    """No package, no environment: an interpreter is enough."""
    done = overlap("bench", "ask.py:ask", "--python", str(python), *SMALL, cwd=project)
    assert done.returncode == 0, done.stderr
    assert environment_of(project / "results")["python"] == python.parts[-3]


BROKEN = {
    "lacks": (
        "import not_there\n",
        "ask.py, line 1: needs the package 'not_there', which is not installed",
    ),
    "dies": ("import os; os._exit(7)\n", "cannot be built: the worker died with exit code 7"),
    "slow": ("import time; time.sleep(60)\n", "cannot be built: no answer within 2 s"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("code", "said"), BROKEN.values(), ids=BROKEN)
def test_an_application_that_does_not_start_there_is_a_line_and_exit_code_2(project, code, said):
    """Nothing is left behind, no run folder either."""
    venv.create(project / ".venv", with_pip=False, symlinks=True)
    (project / "ask.py").write_text(code)
    done = overlap("bench", "ask.py:ask", *SMALL, "--slot-timeout", "2", "--results", "runs", cwd=project)
    assert done.returncode == 2
    last = done.stderr.strip().split("\n")[-1]
    assert last.startswith("overlap: ")
    assert said in last
    assert list((project / "runs").glob("*")) == []
