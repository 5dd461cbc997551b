"""`overlap gate` as a user starts it: verdicts, exit codes, files, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from overlap.harness.cli import main

# What it measures depends on its environment alone, so that a change is certain and needs no quiet machine. Each
# of its many workers is up soonest on the client that imports least.
SCENARIO = '''"""Is each question asked once?"""

import os

from overlap.harness.model.plan import Plan

PLAN = (Plan(strategies=("gather",), clients=("floor",), concurrency=(4,), profile="instant", calls=8),)


def prompts(rng):
    while True:
        yield "hello"


class Asking:
    def __init__(self, client):
        self._client = client

    async def ainvoke(self, prompt):
        if os.environ.get("BROKEN"):
            raise ZeroDivisionError
        if os.environ.get("TWICE"):
            await self._client.ainvoke(prompt)
        return await self._client.ainvoke(prompt)


def app(client, endpoint):
    return Asking(client)
'''
# Every fourth request fails; one side asks again, the other does not.
FAILING = SCENARIO.replace("calls=8)", 'calls=8, server=("--fault", "status,code=500,every=4"))').replace(
    "        return await self._client.ainvoke(prompt)\n\n\n",
    """        while True:
            try:
                return await self._client.ainvoke(prompt)
            except Exception:
                if os.environ.get("GIVES_UP"):
                    raise


""",
)
CELL = "mine.asking/floor/gather/asyncio/4"
# Other tests run beside this one: a disturbed machine is no reason here.
LOUD = ("--foreign", "1000", "--steal", "100%", "--slot", "0.02")


@pytest.fixture
def project(tmp_path):
    """A user's folder, with a scenario of their own."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").touch()
    (tmp_path / "mine" / "asking.py").write_text(SCENARIO)
    return tmp_path


def _command(project, *words):
    command = [sys.executable, "-m", "overlap.harness.cli", "gate", "mine.asking", *LOUD, "--out", "out", *words]
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": f"{project}{os.pathsep}{root}"}
    return {"args": command, "cwd": project, "env": env}


def _gate(project, *words):
    return subprocess.run(**_command(project, *words), capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_a_count_that_doubled_is_regressed_and_the_files_say_so(project):
    """Two requests a call instead of one: exit 1, the cell and the metric named, the verdict computed again."""
    done = _gate(
        project, "--base", "executor=2", "--candidate", "env.TWICE=1", "--rounds", "6", "--formats", "all"
    )
    assert done.returncode == 1, done.stderr
    assert "requests per call" in done.stdout
    filed = json.loads((project / "out" / "gate.json").read_text())
    judged = {(each["cell"], each["metric"]): each["verdict"] for each in filed["outcome"]["judged"]}
    assert judged[CELL, "requests_per_call"] == "regressed"
    assert judged[CELL, "connections"] != "regressed"
    assert (project / "out" / "gate.md").read_text()
    again = CliRunner().invoke(main, ["gate", "--replay", str(project / "out" / "gate.json"), "--quiet"])
    assert again.exit_code == 1
    assert "requests_per_call" in again.output


@pytest.mark.slow
def test_a_candidate_that_gives_up_where_the_base_asks_again_is_regressed(project):
    """It makes fewer requests, and a quarter of its calls fails: exit 1, and nothing is called improved."""
    assert FAILING.count("GIVES_UP") == FAILING.count("--fault") == 1
    (project / "mine" / "asking.py").write_text(FAILING)
    words = ("--base", "executor=2", "--candidate", "env.GIVES_UP=1", "--rounds", "8", "--calls", "8")
    done = _gate(project, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    filed = json.loads((project / "out" / "gate.json").read_text())
    judged = {each["metric"]: each["verdict"] for each in filed["outcome"]["judged"]}
    assert judged["errors"] == "regressed"
    assert "improved" not in judged.values()


def test_what_fails_on_one_side_only_is_a_missing_cell_and_no_regression(project):
    """Exit 4, with the side and the error; the pilot round finds it."""
    done = _gate(project, "--base", "executor=2", "--candidate", "env.BROKEN=1")
    assert done.returncode == 4, done.stderr
    assert "ZeroDivisionError" in done.stdout
    assert "candidate" in done.stdout
    assert "Traceback" not in done.stderr


def test_ctrl_c_leaves_a_file_that_can_be_judged(project):
    """Exit 130; the rounds until then are kept, and no process is left."""
    words = ("--base", "executor=2", "--candidate", "executor=2", "--rounds", "1000")
    filed = project / "out" / "gate.json"
    started = subprocess.Popen(
        **_command(project, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with started as process:
        try:
            end = time.monotonic() + 60
            while not filed.exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            # Whoever is killed now can say so no more: the file does.
            assert json.loads(filed.read_text())["run"]["interrupted"]
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert psutil.wait_procs(children, timeout=10)[1] == []
    again = CliRunner().invoke(main, ["gate", "--replay", str(filed), "--quiet"])
    assert again.exit_code in {0, 3}, again.output


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("no_such_scenario", "--base", "executor=2"), "no_such_scenario"),
        (("--base", "no-such-ref"), "no-such-ref"),
        (("--base", "client=nonsense", "--candidate", "client=aiohttp"), "nonsense"),
        (("--base", "speed=9"), "speed"),
        (("--aa", "--inject", "5%"), "--inject"),
        (("--inject", "much"), "much"),
        (("--formats", "papyrus"), "papyrus"),
        (("--replay", "/nowhere.json"), "/nowhere.json"),
        (("--only-pytest",), "--pytest"),
        (("--pytest", "/nowhere"), "/nowhere"),
        (("a.json",), "two files"),
        (("a.json", "b.json"), "a.json"),
        (("--budgets", "/nowhere.toml", "run"), "/nowhere.toml"),
        (("--config", "/nowhere.toml"), "/nowhere.toml"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(tmp_path, words, named):
    """Nothing is measured, and no folder is left."""
    done = CliRunner().invoke(main, ["gate", "--results", str(tmp_path / "results"), *words])
    assert done.exit_code == 2, done.output
    assert named in done.output
    assert "Traceback" not in done.output
    assert not list((tmp_path / "results").glob("*"))
