"""`overlap bench app.py:chain`: applications of every kind against the mock, and what bad ones get."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from overlap.harness.bench import run
from overlap.harness.cli import main
from overlap.harness.model.config import config_from
from overlap.harness.stats.summary import summarise
from overlap.harness.store import run_files
from overlap.harness.text.mistakes import Mistake

ROOT = Path(__file__).parents[2]
SMALL = {
    "profile": "steady,ttft=0.01,itl=0.001",
    "calibrate": 0,
    "tokens": 4,
    "rounds": 1,
    "concurrency": 4,
    "calls": 4,
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of somebody's own, where one is, with the example applications in it."""
    for app in (ROOT / "tests/apps").glob("*.py"):
        (tmp_path / app.name).write_text(app.read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def measure(*words, **asked):
    """Run what *words* name; returns the outcome and the run in numbers."""
    outcome = run.run(config_from({**SMALL, "scenarios": words, **asked}), lambda _progress: None)
    return outcome, summarise(run_files.read(outcome.folder))


@pytest.mark.slow
def test_applications_of_several_kinds_are_measured_in_one_run(here):
    """An SDK function, a graph, and one whose prompts are its own: each by what it can, and the books balance."""
    (here / "questions.jsonl").write_text('"Why?"\n{"question": "How?"}\n')
    words = ("sdk_functions.py:answer", "graph:graph", "sdk_functions.py:rewritten")
    outcome, found = measure(*words, inputs="questions.jsonl", strategies="ainvoke,gather")
    assert outcome.faults == ()
    assert {(each.cell.scenario, each.cell.strategy) for each in found.cells} == {
        (word, strategy) for word in words for strategy in ("ainvoke", "gather")
    }
    assert all((each.errors, each.calls, each.cell.client) == (0, 4, "own") for each in found.cells)

    # The graph asks twice a call, and both requests are found by the tag in the question.
    [graph] = found.of(scenario=words[1], strategy="gather")
    assert graph.metrics["requests_per_call"].value == 2
    assert "overlap" in graph.metrics

    # One call at a time leaves no doubt about whose a request is; several at once do, and the report says which.
    [alone], [together] = (found.of(scenario=words[2], strategy=name) for name in ("ainvoke", "gather"))
    assert alone.metrics["requests_per_call"].value == 2
    assert "owned.planned" in alone.metrics
    assert "joined with it by time" in "".join(alone.doubts)
    assert not {"owned.planned", "overlap", "requests_per_call"} & {*together.metrics}
    assert "could not be joined" in "".join(together.doubts)


@pytest.mark.slow
def test_a_written_scenario_runs_as_it_stands(here):
    """`overlap init` writes it, says what comes next, and writes over nothing."""
    first, again = (CliRunner().invoke(main, ["init", "mine.py"]) for _ in range(2))
    assert first.output.strip().endswith("Next: overlap bench mine.py")
    assert (again.exit_code, again.stderr.strip()) == (2, "overlap: mine.py is there already, and stays as it is")
    outcome, found = measure("mine.py", strategies="abatch,astream")
    assert outcome.faults == ()
    about = json.loads((outcome.folder / "run.json").read_text())
    assert about["scenarios"]["mine.py"]["question"] == "Which way of calling my chain is the fastest?"
    assert {each.cell.strategy: each.errors for each in found.cells} == {"abatch": 0, "astream": 0}
    assert outcome.folder.parent == Path("results")
    assert here.name not in json.dumps(about)


def test_a_secret_that_is_passed_on_is_nowhere_in_the_run_or_on_the_screen(here):
    """The application gets the variable and prints it, fails with it, and is measured all the same."""
    (here / "telling.py").write_text(
        "import os\nimport httpx\nKEY = os.environ['WEATHER_API_KEY']\nprint(KEY)\n"
        "async def app(question):\n"
        "    if '00001]' in question:\n        raise RuntimeError(KEY)\n"
        "    body = {'model': 'm', 'messages': [{'role': 'user', 'content': question}]}\n"
        "    async with httpx.AsyncClient() as client:\n"
        "        answer = await client.post(os.environ['OPENAI_BASE_URL'] + '/chat/completions', json=body)\n"
        "    return answer.json()['choices'][0]['message']['content']\n"
    )
    asked = {**SMALL, "strategies": "gather", "env": "WEATHER_API_KEY"}
    words = [f"--{name}={value}" for name, value in asked.items()]
    done = subprocess.run(
        [sys.executable, "-m", "overlap.harness.cli", "bench", "telling.py:app", *words],
        env={**os.environ, "WEATHER_API_KEY": "hush-hush-hush"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [each.errors for each in summarise(run_files.read(here / "results/latest")).cells] == [1]
    written = [each for each in (here / "results").rglob("*") if each.is_file()]
    assert not [each for each in written if b"hush-hush" in each.read_bytes()]
    assert "hush-hush" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("silent.py:app", r"^no request of silent\.py:app reached the mock at .*OPENAI_BASE_URL"),
        ("gone.py:chain", r"^there is no file gone\.py$"),
    ],
)
def test_what_cannot_be_measured_is_one_line_before_anything_is(here, word, said):
    """With what would have to be done; no folder is left."""
    (here / "silent.py").write_text("async def app(question):\n    return question\n")
    with pytest.raises(Mistake, match=said):
        measure(word)
    assert not list(here.glob("results/*"))
