"""`overlap diagnose` on an application with a forgotten limit, as a whole process, and on what is none."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main

# `python -m tests.traps` tries every trap on the OpenAI SDK, whose import would be most of this test.
LIMITED = """
import asyncio, os
import httpx

polite = asyncio.Semaphore(4)
client = httpx.AsyncClient(verify=False)

async def answer(question):
    async with polite:
        body = {"model": "m", "messages": [{"role": "user", "content": question}]}
        reply = await client.post(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json=body)
    return reply.json()["choices"][0]["message"]["content"]
"""


def told_to(results, *words):
    """Return the arguments of `overlap diagnose` with *words*."""
    return ["diagnose", *map(str, words), "--results", str(results)]


@pytest.mark.slow
def test_a_forgotten_limit_is_named_with_its_line(tmp_path):
    """Two changes tried in three rounds: the semaphore is in the way, and its lifting is what helps."""
    only = ("--only", "semaphore", "--only", "executor")
    app, results = tmp_path / "limited.py", tmp_path / "results"
    app.write_text(LIMITED)
    words = told_to(results, f"{app}:answer", "--rounds", 3, "--calls", 16, *only)
    command = [sys.executable, "-m", "overlap.harness.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "a limit of 4 calls at a time (limited.py:5)" in " ".join(done.stdout.split())
    [folder] = results.iterdir()
    assert {each.name for each in folder.iterdir()} == {"diagnosis.json", "report.html", "report.md"}
    told = json.loads((folder / "diagnosis.json").read_text())
    assert told["named"] == "semaphore"
    assert [set(each) for each in told["rounds"]] == [{"unchanged", "semaphore"}] * 3
    # Sixteen calls, four at a time: whoever lifts the limit saves three waves of four.
    assert told["findings"][0]["effect"]["times"] > 2
    assert str(tmp_path) not in json.dumps({**told, "asked": None})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chain",), "diagnose takes an application, as in app.py:chain"),
        (("{app}:f", "--only", "magic"), "no intervention 'magic'; there are: "),
    ],
)
def test_what_cannot_be_diagnosed_is_one_line_that_says_why(tmp_path, words, said):
    """Exit code 2, nothing measured, no folder left behind."""
    app, results = tmp_path / "app.py", tmp_path / "results"
    app.touch()
    done = CliRunner().invoke(main, told_to(results, *(word.format(app=app) for word in words)))
    assert done.exit_code == 2, done.exc_info
    [line] = done.stderr.splitlines()
    assert said in line
    assert not results.exists()
