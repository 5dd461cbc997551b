"""What stands before an arm's own code."""

import os
import tempfile
from pathlib import Path

import pytest

from overlap.harness.gate.arms.shim import code, environment, scenarios, shim
from overlap.harness.host.our_package import FOLDER


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for temporary ones."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_shim_has_our_harness_and_our_scenarios(place):
    """As links; what they lead to stays when the shim goes."""
    with shim(None) as folder:
        ours = folder / "overlap"
        assert (ours / "__init__.py").samefile(FOLDER / "__init__.py")
        assert (ours / "harness" / "cli.py").samefile(FOLDER / "harness" / "cli.py")
        assert (ours / "scenarios").samefile(FOLDER / "scenarios")
    assert not folder.exists()
    assert (FOLDER / "harness" / "cli.py").is_file()
    assert list(place.iterdir()) == []


def test_where_no_links_can_be_made_there_are_copies(place, monkeypatch):
    """Some systems let only an administrator make them."""

    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with shim(None) as folder:
        assert (folder / "overlap" / "harness" / "cli.py").is_file()
        assert not any(part.is_symlink() for part in (folder / "overlap").iterdir())
        assert folder.is_relative_to(place)


def test_a_tree_with_scenarios_of_its_own_brings_them(tmp_path):
    """A folder that only happens to have that name does not."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").touch()
    assert scenarios(tmp_path) == (FOLDER / "scenarios").resolve()
    own = tmp_path / "src" / "overlap" / "scenarios"
    own.parent.mkdir(parents=True)
    own.symlink_to("../../scenarios")
    assert scenarios(tmp_path) == tmp_path / "scenarios"


def test_modules_are_looked_for_in_the_shim_first_and_then_in_the_arm(tmp_path, monkeypatch):
    """A PYTHONPATH into this tree leads into the arm's tree instead; another one is kept; variables are added."""
    here, root = tmp_path / "here", tmp_path / "arm"
    for folder in (here, root / "src"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("lib", str(here / "more"), str(tmp_path / "else"))))
    found = environment(tmp_path / "shim", root, Path("/nowhere/bin/python"), {"A": "1", "PATH": "x"})
    names = ("shim", "arm/src", "arm", "arm/lib", "arm/more", "else")
    assert found == {"PYTHONPATH": os.pathsep.join(str(tmp_path / name) for name in names), "A": "1", "PATH": "x"}


def test_a_package_called_src_is_no_folder_of_modules(tmp_path):
    """Else its modules could be imported under two names."""
    (tmp_path / "src").mkdir()
    assert code(tmp_path) == [tmp_path / "src", tmp_path]
    (tmp_path / "src" / "__init__.py").write_text("")
    assert code(tmp_path) == [tmp_path]
