"""An arm's lock: which file it is, and when two locks say the same."""

from importlib.metadata import version

import pytest

from overlap.harness.gate.arms.lock import INSTALLED, digest, lock
from overlap.harness.text.mistakes import Mistake


@pytest.fixture
def tree(tmp_path):
    """Return a function that writes a file of a tree, and the tree."""

    def write(name, text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        return tmp_path

    return write


def test_the_first_of_the_usual_names_is_the_lock(tree):
    """From what is least to what is most specific; a project that depends on nothing by itself is none."""
    root = tree("pyproject.toml", "[tool.x]\n")
    assert lock(root).name == INSTALLED
    tree("pyproject.toml", '[project]\nname = "a"\ndependencies = ["openai>=1", "orjson"]\n')
    assert (lock(root).name, lock(root).text) == ("pyproject.toml", "openai>=1\norjson\n")
    for name, kind in [
        ("uv.lock", "uv"),
        ("pylock.toml", "pylock"),
        ("requirements.txt", "requirements"),
        ("requirements/user.txt", "requirements"),
    ]:
        tree(name, "")
        assert (lock(root).name, lock(root).kind) == (name, kind)


def test_what_is_installed_stands_in_for_a_lock(tree):
    """Code that lies in a folder is left out: it comes from the arm's tree."""
    found = lock(tree("app.py", "")).text.splitlines()
    assert f"orjson=={version('orjson')}" in found
    assert not [line for line in found if line.startswith(("overlap-bench", "pip=="))]


def test_a_lock_that_was_asked_for_must_be_there(tree):
    """It is looked for in the arm's own tree."""
    root = tree("locks/old.txt", "a==1")
    assert lock(root, root / "locks/old.txt").file == root / "locks/old.txt"
    with pytest.raises(Mistake, match=r"there is no lock locks/new\.txt"):
        lock(root, root.__class__("locks/new.txt"))


def test_a_digest_is_of_all_that_a_file_brings(tree):
    """The files it names, and the local packages it names: with either changed, another environment is needed."""
    root = tree("a.txt", "-r sub/b.txt\n--constraint=c.txt\n-e ./pkg[extra]\nwheel @ file:./w.whl\n")
    for name in ("sub/b.txt", "c.txt", "pkg/code.py", "w.whl"):
        tree(name, "one")
    seen = {digest(root, root / "a.txt")}
    for name in ("sub/b.txt", "c.txt", "pkg/code.py", "w.whl", "a.txt"):
        (root / name).write_text((root / name).read_text() + "\n# two")
        seen.add(digest(root, root / "a.txt"))
    assert len(seen) == 6


def test_what_a_build_leaves_behind_changes_no_digest(tree):
    """Else an environment would be made anew after every use."""
    root = tree("a.txt", "./pkg\n-r a.txt\n")
    tree("pkg/code.py", "")
    before = digest(root, root / "a.txt")
    for name in ("pkg/__pycache__/x.pyc", "pkg/pkg.egg-info/PKG-INFO", "pkg/.git/HEAD", "pkg/venv/pyvenv.cfg"):
        tree(name, "made")
    assert digest(root, root / "a.txt") == before


def test_a_file_that_is_named_and_missing_is_a_mistake(tree):
    """In one line that names it."""
    with pytest.raises(Mistake, match=r"cannot read .*gone\.txt: No such file"):
        lock(tree("requirements.txt", "-r gone.txt\n"))
