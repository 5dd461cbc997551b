"""Environments with other versions, for `overlap claims --with`: from a lock, by the maker that gates use."""

import subprocess

import pytest

from overlap.harness.claims import other_versions
from overlap.harness.text.mistakes import Mistake

PROJECT = """
[project]
dependencies = ["thing>=2", "other>=1"]
"""


@pytest.fixture
def _index(tmp_path, monkeypatch, wheels):
    """A source folder that pins other==1.0, and an index in which thing 2.0 does not go with that."""
    for version in ("1.0", "2.0"):
        wheels("other", version, **{"other.py": f"VALUE = {version!r}\n"})
    wheels("thing", "1.0", ["other"], **{"thing.py": "VALUE = '1.0'\n"})
    wheels("thing", "2.0", ["other>=2"], **{"thing.py": "VALUE = '2.0'\n"})
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "user.txt").write_text("other==1.0 \\\n    --hash=sha256:0\nthing==2.0\n")
    monkeypatch.setattr(other_versions, "ROOT", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(tmp_path))


def versions(python):
    """What that interpreter imports."""
    program = "import other, thing; print(thing.VALUE, other.VALUE)"
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.slow
@pytest.mark.usefixtures("_index")
def test_other_versions_are_pinned_as_far_as_that_goes_and_made_once():
    """The pin of `other` holds for thing 1.0 and gives way for thing 2.0; a second time nothing is made."""
    said = []
    old = other_versions.prepare(["thing==1.0"], said.append)
    assert versions(old) == ["1.0", "1.0"]
    assert said == ["making an environment from thing==1.0 …"]
    assert other_versions.prepare(["thing==1.0"], said.append) == old
    assert len(said) == 1
    assert versions(other_versions.prepare(["thing==2.0"], said.append)) == ["2.0", "2.0"]
    with pytest.raises(Mistake, match=r"^there is no such set of versions: .*thing==3\.0"):
        other_versions.prepare(["thing==3.0"], said.append)
