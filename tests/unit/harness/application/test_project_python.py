"""Which interpreter an application is measured under, and what is said of one that will not do."""

import sys
import venv
from functools import partial
from pathlib import Path

import pytest

from overlap.harness.application import project_python
from overlap.harness.application.project_python import OURS, Interpreter, interpreter_for, interpreter_of
from overlap.harness.host.other_python import OtherPython, ask
from overlap.harness.text.mistakes import Mistake


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the folder of an environment that is not Overlap's own."""
    folder = tmp_path_factory.mktemp("shop") / "some_env"
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


@pytest.fixture
def project(tmp_path, made):
    """Return a repository with an application in a package, and an environment beside the repository's files."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").symlink_to(made)
    (tmp_path / "src" / "shop").mkdir(parents=True)
    app = tmp_path / "src" / "shop" / "app.py"
    app.write_text("def ask(question): return question\n")
    return app


def test_an_activated_environment_comes_first(project, made):
    """As uv and pip have it; conda's base is active in every shell, and is not meant."""
    assert interpreter_for(project, env={"VIRTUAL_ENV": str(made)}).found_by == "VIRTUAL_ENV"
    assert interpreter_for(project, env={"CONDA_PREFIX": str(made)}).found_by == "CONDA_PREFIX"
    base = {"CONDA_PREFIX": str(made), "CONDA_DEFAULT_ENV": "base"}
    assert interpreter_for(project, env=base).found_by == ".venv of the project"


def test_the_projects_environment_is_found_above_the_application(project, made):
    """Up to the repository's root, and not above it: what lies there is another project's."""
    found = interpreter_for(project, env={})
    assert (found.found_by, Path(found.about.prefix).resolve()) == (".venv of the project", made)
    assert not found.ours
    inner = project.parent / ".git"
    inner.mkdir()
    assert interpreter_for(project, env={}) is OURS


def test_uv_may_have_another_folder(project, made):
    """It is a path from the project's root."""
    (project.parents[2] / "venv_of_uv").symlink_to(made)
    found = interpreter_for(project, env={"UV_PROJECT_ENVIRONMENT": "venv_of_uv"})
    assert found.found_by == "UV_PROJECT_ENVIRONMENT"


@pytest.mark.parametrize("mark", ["poetry.lock", "pyproject.toml"])
def test_poetry_is_asked_in_a_project_of_its_own(project, made, monkeypatch, mark):
    """Its environments lie in a cache, under names that only poetry knows."""
    root = project.parents[2]
    (root / ".venv").unlink()
    (root / mark).write_text("[tool.poetry]\nname = 'shop'\n")
    command = root / "poetry"
    command.write_text(f'#!/bin/sh\n[ "$*" = "env info --path" ] && echo {made}\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}:/usr/bin:/bin")
    found = interpreter_for(project, env={})
    assert (found.found_by, found.about.prefix) == ("poetry", str(made))


def test_without_an_environment_it_is_overlaps_own(tmp_path):
    """So it is where the one that is found is Overlap's, and where the user says `here`."""
    app = tmp_path / "app.py"
    assert interpreter_for(app, env={}) is OURS
    assert interpreter_for(app, env={"VIRTUAL_ENV": sys.prefix}) is OURS
    assert interpreter_for(app, sys.executable, env={}) is OURS
    assert interpreter_for(app, "here", env={"VIRTUAL_ENV": "/somewhere/else"}) is OURS


def test_a_folder_that_is_no_environment_any_more_is_passed_over(project):
    """As shells go on naming one that was removed."""
    assert interpreter_for(project, env={"VIRTUAL_ENV": "/was/removed"}).found_by == ".venv of the project"


def test_the_user_may_name_a_file_a_folder_or_a_command(project, made, monkeypatch):
    """A link is not followed: the Python it leads to knows nothing of the environment."""
    (project.parent / "link").symlink_to(made / "bin" / "python")
    monkeypatch.setenv("PATH", str(made / "bin"))
    for asked in (str(made), str(made / "bin" / "python"), "python"):
        found = interpreter_for(project, asked, env={})
        assert (found.found_by, found.about.prefix) == ("--python", str(made)), asked


OLD = (
    '{"version": "3.8.18", "kind": "CPython", "gil": true, "prefix": "/x", "home": "/x", "arguments": null, '
    '"packages": {}}'
)
BROKEN = {
    "no Python": ("#!/bin/sh\necho hello\n", r"is no Python that works: hello"),
    "it fails": ("#!/bin/sh\necho boom >&2; exit 3\n", r"is no Python that works: boom"),
    "nothing said": ("#!/bin/sh\n", r"is no Python that works: it says nothing"),
    "old": (f"#!/bin/sh\necho '{OLD}'\n", r"is Python 3\.8\.18; an application"),
    "not started": ("#!/no/such/shell\n", r"cannot be started: No such file"),
    "silent": ("#!/bin/sh\nsleep 20\n", r"has not said within 0\.3 s which Python it is"),
}


@pytest.mark.parametrize(("script", "said"), BROKEN.values(), ids=BROKEN)
def test_what_will_not_do_is_a_line(tmp_path, monkeypatch, script, said):
    """Whatever the file does."""
    if "sleep" in script:
        monkeypatch.setattr(project_python, "ask", partial(ask, patience=0.3))
    python = tmp_path / "python"
    python.write_text(script)
    python.chmod(0o755)
    with pytest.raises(Mistake, match=said):
        interpreter_for(tmp_path / "app.py", str(python), env={})


@pytest.mark.parametrize("asked", ["/no/such/python", "no_such_command", "", "."])
def test_what_is_not_there_is_a_line(tmp_path, asked, monkeypatch):
    """A file, a command, a folder without an interpreter."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Mistake, match=rf"^python {asked}: (there is no such file|this folder is no environment)"):
        interpreter_for(tmp_path / "app.py", asked, env={})


def test_what_start_up_files_print_is_no_answer(tmp_path, made):
    """A site that greets everybody still says which Python it is."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho 'welcome to [this] machine'\nexec {made}/bin/python \"$@\"\n")
    python.chmod(0o755)
    assert interpreter_for(tmp_path / "app.py", str(python), env={}).about.prefix == str(made)


def test_a_run_of_scenarios_has_overlaps_packages(project, monkeypatch):
    """Only applications have an environment of their own; a Python that the user names counts for all."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    word = f"{project}:ask"
    assert interpreter_of(("strategies",)) is OURS
    assert interpreter_of(()) is OURS
    assert interpreter_of((word, "strategies")) is OURS
    assert not interpreter_of((word,)).ours
    assert not interpreter_of(("strategies",), str(project.parents[2] / ".venv")).ours


def test_applications_of_two_projects_are_not_measured_under_one_of_them(project, tmp_path_factory, monkeypatch):
    """Whichever was taken, the other's packages would be missing or of other versions."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    other = tmp_path_factory.mktemp("other")
    venv.create(other / ".venv", with_pip=False, symlinks=True)
    (other / "app.py").touch()
    with pytest.raises(Mistake, match=r"environments of their own .*: name one with --python"):
        interpreter_of((f"{project}:ask", f"{other / 'app.py'}:ask"))


def test_a_process_under_it_finds_what_an_activated_shell_finds():
    """And writes nothing there; under Overlap's own nothing is changed."""
    about = OtherPython(
        version="3.12.1",
        kind="CPython",
        gil=True,
        prefix="/srv/shop/.venv",
        home="/usr",
        arguments=None,
        packages={"openai": "1.60.2", "x": "1"},
    )
    theirs = Interpreter("/srv/shop/.venv/bin/python", "VIRTUAL_ENV", about)
    env = theirs.variables()
    assert env["PATH"].startswith("/srv/shop/.venv/bin:")
    assert (env["VIRTUAL_ENV"], env["PYTHONDONTWRITEBYTECODE"]) == ("/srv/shop/.venv", "1")
    assert OURS.variables() == {}
    assert theirs.sentence == "measured under Python 3.12.1 of the environment shop/.venv (VIRTUAL_ENV)"
    assert theirs.circumstances == {
        "python": "3.12.1",
        "implementation": "CPython",
        "optimized": None,
        "gil": True,
        "packages": {"openai": "1.60.2"},
        "interpreter": "shop/.venv (VIRTUAL_ENV)",
    }
    assert OURS.circumstances == {}
