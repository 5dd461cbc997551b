"""The workflows of GitHub: what they call exists, and they ask for no more than to read."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from overlap.harness import registry
from overlap.harness.cli import COMMANDS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
every = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)


def parsed(file: Path) -> dict:
    """Return a workflow; YAML takes its key `on` for a truth."""
    import yaml

    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    found["on"] = found.pop(True)
    return found


def steps(file: Path) -> list[dict]:
    """Return every step of every job."""
    return [step for job in parsed(file)["jobs"].values() for step in job["steps"]]


def expanded(script: str, matrix: dict) -> list[str]:
    """Return *script* once for each combination of a matrix that is listed, with its values put in."""
    rows = matrix.get("include") or [{name: values[0] for name, values in matrix.items()} or {}]
    filled = []
    for row in rows:
        text = script
        for name, value in row.items():
            text = text.replace(f"${{{{ matrix.{name} }}}}", str(value))
        filled.append(text.replace("\\\n", " "))
    return filled


def scripts(file: Path) -> list[str]:
    """Return everything that a workflow has a shell run, a matrix' words filled in."""
    found = []
    for job in parsed(file)["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        found += [text for step in job["steps"] if "run" in step for text in expanded(step["run"], matrix)]
    return found


def test_there_are_workflows_to_look_at():
    """Else the tests below would hold of nothing."""
    assert {file.stem for file in WORKFLOWS} >= {"test", "bench", "gate"}


@every
def test_every_make_target_is_there(file):
    """`make` in a workflow is `make` on anybody's machine."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = {target for script in scripts(file) for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert called
    assert called <= targets


def unknown(script: str) -> set[str]:
    """Return the flags in *script* that the command of `overlap` they are given to does not have."""
    found = set()
    for name, words in re.findall(r"\boverlap ([a-z]+)((?: [^\n|&;]*)?)", script):
        command = registry.load(COMMANDS, name).command
        known = {option for parameter in command.params for option in parameter.opts}
        found |= {word.partition("=")[0] for word in words.split() if word.startswith("--")} - known
    return found


@every
def test_every_overlap_command_has_the_flags_it_is_given(file):
    """A flag that was renamed would be noticed only at night."""
    assert any("overlap " in script for script in scripts(file)) or file.stem == "test"
    assert set().union(*map(unknown, scripts(file))) == set()


def test_a_flag_that_is_not_there_would_be_found():
    """In a line that goes on, with the words of a matrix filled in."""
    [script] = expanded(
        "a/overlap gate ${{ matrix.words }} \\\n --outt x || true --y", {"include": [{"words": "--aa"}]}
    )
    assert unknown(script) == {"--outt"}


@every
def test_every_file_that_is_named_is_there(file):
    """Tests, budgets and locks that a workflow names by their path."""
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:scenarios|tests|requirements)/[\w/.*-]+", text))
    assert named
    assert all(list(ROOT.glob(path)) for path in named)


@every
def test_a_workflow_may_read_and_nothing_else(file):
    """It runs for forks, which have no secrets, and on code that nobody has looked at."""
    workflow = parsed(file)
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow["on"]
    assert "secrets." not in file.read_text(encoding="utf-8")
    checkouts = [step for step in steps(file) if str(step.get("uses")).startswith("actions/checkout")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every
def test_what_others_can_name_is_never_part_of_a_script(file):
    """A branch called `$(…)` would be run; what comes from an event goes through the environment."""
    for step in steps(file):
        said = set(re.findall(r"\$\{\{\s*([\w.]+)", step.get("run", "")))
        assert all(word.startswith("matrix.") or word == "contains" for word in said)


@every
def test_actions_are_those_of_github_by_major_version(file):
    """No third party's, and no version that moves by surprise; no other host is named either."""
    used = [step["uses"] for step in steps(file) if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", use) for use in used)
    assert "://" not in file.read_text(encoding="utf-8")


@every
def test_no_job_runs_for_ever(file):
    """GitHub's own limit is six hours."""
    assert all(job["timeout-minutes"] <= 30 for job in parsed(file)["jobs"].values())


@every
def test_every_script_is_one_that_a_shell_can_read(file):
    """Checked by the shell that runs it; nothing is executed."""
    for script in scripts(file):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_gate_has_the_history_that_it_needs():
    """A shallow clone has no merge base to compare with."""
    checkouts = [
        step for step in steps(ROOT / ".github/workflows/gate.yml") if "checkout" in str(step.get("uses"))
    ]
    assert checkouts
    assert all(step["with"]["fetch-depth"] == 0 for step in checkouts)


def test_the_oldest_python_that_is_promised_is_tested():
    """The versions of the matrix begin with what pyproject.toml requires, and leave none out."""
    versions = parsed(ROOT / ".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    required = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    oldest = int(versions[0].partition(".")[2])
    assert required == f">={versions[0]}"
    assert versions == [f"3.{minor}" for minor in range(oldest, oldest + len(versions))]
