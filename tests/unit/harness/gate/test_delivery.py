"""A gate and budgets are told alike: on the terminal, quietly, in files and to a job on GitHub."""

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.gate import file
from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import Arm, GateRule, GateRun, RoundPair, Series
from overlap.harness.gate.telling import kinds
from overlap.harness.model.record import Cell

KINDS = ("annotations", "checks", "html", "junit", "markdown", "terminal")
ENDINGS = ("-annotations.txt", "-checks.json", ".html", "-junit.xml", ".md", "-comment.md", ".txt")


@pytest.fixture
def words(tmp_path, make_run):
    """What makes a gate and budgets give the verdict that something is worse, and undecided."""
    pairs = tuple(RoundPair(i, ("BC", "CB")[i % 2], 1.0, 2.0) for i in range(12))
    arm = Arm("main", "main")
    series = (Series("a", "requests_per_call", "", "exact", "lower", pairs),)
    file.write(judge(GateRun(arm, arm, GateRule(), ("a",), series, rounds=12)), tmp_path / "gate.json")
    folder = make_run([Cell("layers", "chain", "gather", "asyncio", 16)], rounds=3)
    (tmp_path / "b.toml").write_text("[[budget]]\nlimits = ['peak >= 1', 'e2e.p50 <= 0.000001']\n")
    return {
        "gate": ["--replay", str(tmp_path / "gate.json")],
        "budgets": ["--budgets", str(tmp_path / "b.toml"), str(folder)],
    }


def told(words, *more, environ=None):
    """Return what the command says and ends with."""
    done = CliRunner().invoke(main, ["gate", *words, *more], env=environ or {})
    return done.exit_code, done.stdout


@pytest.mark.parametrize("name", ["gate", "budgets"])
def test_quiet_is_the_verdict_in_one_line(words, name):
    """The same that stands on top of what is shown otherwise."""
    code, said = told(words[name], "--quiet")
    assert code == 1
    [line] = said.splitlines()
    whole = told(words[name])[1].splitlines()
    assert len(whole) > 5
    verdict = "regressed" if name == "gate" else "Budgets broken"
    assert line.startswith(f"{verdict}: ")
    assert " ".join(line.split()[1:]) in " ".join(" ".join(whole).split())


@pytest.mark.parametrize("name", ["gate", "budgets"])
def test_every_format_for_people_is_written_for_both(words, name, tmp_path):
    """Each by its name, and all of them; a gate has those for other programs, too."""
    for each in (*KINDS, "all"):
        out = tmp_path / each
        assert told(words[name], "--formats", each, "--out", str(out))[0] == 1
        assert list(out.iterdir())
    assert {path.name for path in out.iterdir()} >= {f"{name}{ending}" for ending in ENDINGS}
    assert (out / "gate-bencher.json").exists() == (name == "gate")


@pytest.mark.parametrize("name", ["gate", "budgets"])
def test_a_format_that_there_is_not_is_a_mistake_that_says_what_there_is(words, name, tmp_path):
    """Before anything is judged, in the same words."""
    for wrong in ("papyrus", *(["bencher"] if name == "budgets" else [])):
        done = CliRunner().invoke(
            main, ["gate", *words[name], "--formats", f"html,{wrong}", "--out", str(tmp_path)]
        )
        assert done.exit_code == 2
        there = ", ".join(KINDS if name == "budgets" else kinds())
        assert f"no format '{wrong}'; there are: {there}" in done.stderr
        assert not (tmp_path / f"{name}.html").exists()


@pytest.mark.parametrize(("name", "subject"), [("gate", "Regression gate"), ("budgets", "Budgets")])
def test_a_job_on_github_is_told_even_if_quiet(words, name, subject, tmp_path):
    """Its summary, its outputs, and annotations that begin with the verdict."""
    summary, output = tmp_path / "summary", tmp_path / "output"
    files = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true"}
    _, said = told(words[name], "--quiet", environ=files)
    word = "regressed" if name == "gate" else "broken"
    assert f"::error title={subject}%3A {word}::" in said
    outputs = dict(line.split("=") for line in output.read_text().splitlines())
    assert (outputs["verdict"], outputs["exit_code"], outputs[word]) == (word, "1", "1")
    assert summary.read_text().startswith(f"## \N{LARGE RED CIRCLE} {subject}")
    # A full summary is not written to, and that is said.
    summary.write_bytes(b"x" * 1_048_000)
    _, said = told(words[name], "--quiet", environ=files)
    assert f"::notice title=Summary::the job's summary is full, so that this is not in it: {subject}" in said
    assert summary.stat().st_size == 1_048_000
