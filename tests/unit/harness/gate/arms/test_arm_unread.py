"""No lock is ignored in silence: what differs and is not read is named, and so is what was measured instead."""

import json
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from overlap.harness.gate.arms.benchmarks import pytest_command
from overlap.harness.gate.arms.pins import pins
from overlap.harness.gate.arms.unread import notes
from overlap.harness.host import other_python

HERE = {"openai": "3.57.0", "langchain-core": "1.7.2", "a-b": "1.0"}
POETRY = '[[package]]\nname = "openai"\nversion = "{}"\n'


@pytest.fixture
def sides(tmp_path):
    """Make two trees, each the top of a repository."""

    def made(**files):
        for side, texts in files.items():
            (tmp_path / side / ".git").mkdir(parents=True)
            for name, text in texts.items():
                (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / side / name).write_text(text)
        return tmp_path / "base", tmp_path / "candidate"

    return made


@pytest.mark.parametrize(
    "name",
    [
        "poetry.lock",
        "pdm.lock",
        "Pipfile.lock",
        "pixi.lock",
        "conda-lock.yml",
        "environment.yaml",
        "pylock.dev.toml",
    ],
)
def test_a_lock_that_changed_and_is_not_read_is_named(sides, name):
    """Openai 2.50 to 2.54 in poetry.lock: both sides have the version that is installed here."""
    base, candidate = sides(base={name: POETRY.format("2.50")}, candidate={name: POETRY.format("2.54")})
    [told] = notes(base, candidate, ["what is installed here"], {})
    assert told == (
        f"{name} differs between base and candidate and is not read: both sides are measured with the packages "
        "installed here."
    )
    assert list(notes(base, base, ["what is installed here"], {})) == []


def test_a_lock_that_stands_behind_another_is_named(sides):
    """Where there is a requirements.txt, uv.lock is not read."""
    texts = {"requirements.txt": "openai==3.57.0\n"}
    base, candidate = sides(base={**texts, "uv.lock": "1"}, candidate={**texts, "uv.lock": "2"})
    [told] = notes(base, candidate, ["requirements.txt", "requirements.txt"], None)
    assert told.startswith("uv.lock differs between base and candidate and is not read: ")
    assert told.endswith("both sides are measured with what requirements.txt names.")
    assert list(notes(base, candidate, ["uv.lock"], None)) == []


def test_a_lock_on_one_side_only_is_named(sides):
    """As where a pull request adds it."""
    base, candidate = sides(base={}, candidate={"poetry.lock": "x = 1"})
    [told] = notes(base, candidate, [], {})
    assert told.startswith("poetry.lock is only in the candidate and is not read")


def test_the_lock_of_a_workspace_above_is_seen(sides):
    """The member has none of its own; a folder above the repository is nobody's."""
    base, candidate = sides(base={"uv.lock": "1", "m/a.py": ""}, candidate={"uv.lock": "2", "m/a.py": ""})
    [told] = notes(base / "m", candidate / "m", ["pyproject.toml"], {})
    assert told.startswith("../uv.lock differs between base and candidate and is not read")
    (base / ".git").rmdir()
    (candidate / ".git").rmdir()
    assert list(notes(base / "m", candidate / "m", [], {})) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "-r more.txt\nlangchain_core[x] == 1.7.2 ; python_version > '3'\n"),
        ("uv.lock", '[[package]]\nname = "openai"\nversion = "2.54.0"\n[[package]]\nname = "mine"\n'),
        ("poetry.lock", '[[package]]\nname = "OpenAI"\nversion = "2.54.0"\n'),
        ("pylock.toml", '[[packages]]\nname = "openai"\nversion = "2.54.0"\n'),
        ("Pipfile.lock", json.dumps({"default": {"openai": {"version": "==2.54.0"}}})),
    ],
)
def test_what_is_measured_instead_of_a_pin_is_told(sides, name, text):
    """The service has openai 2 in its lock and was measured with 3: every reader must know."""
    files = {name: text, "more.txt": "openai==2.54.0 \\\n  --hash=sha256:0\n"}
    base, candidate = sides(base=files, candidate=files)
    [told] = notes(base, candidate, [name], HERE)
    assert told == (
        f"Both sides are measured with what is installed here, not with {name}: openai 3.57.0, locked 2.54.0."
    )
    assert list(notes(base, candidate, [name], None)) == []
    assert list(notes(base, candidate, [name], HERE | {"openai": "2.54.0"})) == []


def test_of_many_pins_the_ones_that_matter_come_first_and_the_rest_is_counted(sides):
    """Six differ; packages that are not installed here are no difference."""
    here = {f"p{i}": "1" for i in range(5)} | {"openai": "3"}
    text = "".join(f"p{i}==2\n" for i in range(5)) + "openai==2\nabsent==1\n"
    base, candidate = sides(base={"requirements.txt": text}, candidate={"requirements.txt": text})
    [told] = notes(base, candidate, [], here)
    assert told.endswith(
        ": openai 3, locked 2; p0 1, locked 2; p1 1, locked 2; p2 1, locked 2; and 2 more packages."
    )


def test_a_package_that_is_locked_twice_may_have_either_version(tmp_path):
    """As uv.lock has it for two systems."""
    file = tmp_path / "uv.lock"
    file.write_text(POETRY.format("1") + POETRY.format("2"))
    assert pins(file) == {"openai": {"1", "2"}}


@pytest.mark.parametrize("text", ["", "[", "package = 3", '[[package]]\nname = "a"', "\udcff"])
def test_a_lock_that_cannot_be_read_pins_nothing(tmp_path, text):
    """That it differs is told all the same."""
    (tmp_path / "uv.lock").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert pins(tmp_path / "uv.lock") == {}


def arm(root, **packages):
    """Make as much of an arm as a command needs."""
    return SimpleNamespace(root=root, packages=packages, python=Path("python"), spec=SimpleNamespace(env={}))


def test_both_arms_name_their_rows_from_one_folder(tmp_path, monkeypatch):
    """Without a configuration pytest names them from what the tests and its folder have in common."""
    monkeypatch.chdir(tmp_path)
    for root in (tmp_path, tmp_path / "worktree"):
        words, _, _ = pytest_command(arm(root), tmp_path / "benchmarks", tmp_path / "out.json")
        assert f"--rootdir={tmp_path}" in words
    elsewhere = tmp_path.parent / "elsewhere" / "test_a.py"
    words, _, _ = pytest_command(arm(tmp_path), elsewhere, tmp_path / "out.json")
    assert f"--rootdir={elsewhere.parent}" in words


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("src/overlap/harness/pytest_plugin/__init__.py", "overlap.harness.pytest_plugin"),
        ("harness/pytest_plugin.py", "harness.pytest_plugin"),
        ("harness/pytest_plugin/__init__.py", "harness.pytest_plugin"),
    ],
)
def test_a_tree_with_the_plugin_whose_environment_lacks_it_loads_it(tmp_path, file, name):
    """Trees of older commits have it under another name; where it is installed, it is found by its entry point."""
    plugin = ["-p", name]

    def loads(words):
        return any(words[i : i + 2] == plugin for i in range(len(words)))

    def command(**packages):
        return pytest_command(arm(tmp_path, **packages), tmp_path, tmp_path / "out.json")[0]

    assert not loads(command())
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    assert loads(command())
    assert not loads(command(**{"overlap-bench": "0.1"}))


def test_a_package_is_known_by_its_name_however_it_is_spelled(monkeypatch):
    """Locks write zope-interface where its own metadata has a dot and a capital."""
    about = {"version": "3.12.1", "kind": "CPython", "gil": True, "prefix": "/", "home": "/", "arguments": None}
    said = orjson.dumps({**about, "packages": {"Zope.Interface": "7"}})
    monkeypatch.setattr(other_python, "run", lambda *_, **__: SimpleNamespace(stdout=said, stderr=b""))
    asked = other_python.ask("python")
    assert asked.packages == {"zope-interface": "7"}
