"""What stands before an arm's own code."""

import os
import tempfile
from pathlib import Path

import pytest

from overlap.harness.gate.arms.shim import code, environment, package, scenarios, shim


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for temporary ones."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_shim_has_our_harness_and_our_scenarios(place):
    """As links; what they lead to stays when the shim goes."""
    with shim(None) as folder:
        assert (folder / "harness" / "worker.py").samefile(package("harness") / "worker.py")
        assert (folder / "scenarios").samefile(package("scenarios"))
    assert not folder.exists()
    assert (package("harness") / "worker.py").is_file()
    assert list(place.iterdir()) == []


def test_where_no_links_can_be_made_there_are_copies(place, monkeypatch):
    """Some systems let only an administrator make them."""

    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with shim(None) as folder:
        assert (folder / "harness" / "worker.py").is_file()
        assert not (folder / "harness").is_symlink()
        assert folder.is_relative_to(place)


def test_a_tree_with_scenarios_of_its_own_brings_them(tmp_path):
    """A folder that only happens to have that name does not."""
    own = tmp_path / "scenarios"
    own.mkdir()
    assert scenarios(tmp_path) == package("scenarios")
    (own / "__init__.py").write_text('SUITE = ("one",)')
    assert scenarios(tmp_path) == own


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
