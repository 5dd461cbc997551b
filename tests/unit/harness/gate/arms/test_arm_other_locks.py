"""The locks of Poetry and PDM as requirement lines."""

import pytest

from overlap.harness.gate.arms.lock import INSTALLED, lock, unread_lock
from overlap.harness.gate.arms.other_locks import requirement_lines
from overlap.harness.text.mistakes import Mistake

POETRY = """
[[package]]
name = "openai"
version = "1.60.2"
optional = false
groups = ["main"]
markers = "python_version >= '3.9'"

[[package]]
name = "httpx"
version = "0.28.1"
optional = false
groups = ["main", "dev"]
markers = {main = "sys_platform != 'win32'", dev = "python_version < '4'"}

[[package]]
name = "pytest"
version = "8.0.0"
optional = false
groups = ["dev"]

[[package]]
name = "extra"
version = "1.0"
optional = true
groups = ["main"]

[[package]]
name = "private"
version = "2.0"
optional = false
groups = ["main"]
source = {type = "legacy", url = "https://index.example.invalid", reference = "ours"}
"""
PDM = """
[[package]]
name = "openai"
version = "1.60.2"
groups = ["default"]
marker = "python_version >= '3.9'"

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["test"]
"""
# As Poetry wrote it before groups were in the lock.
OLD = """
[[package]]
name = "openai"
version = "0.28.0"
category = "main"
optional = false

[[package]]
name = "pytest"
version = "7.0.0"
category = "dev"
optional = false
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        (
            "poetry.lock",
            POETRY,
            [
                "openai==1.60.2 ; python_version >= '3.9'",
                "httpx==0.28.1 ; sys_platform != 'win32'",
                "private==2.0",
            ],
        ),
        ("poetry.lock", OLD, ["openai==0.28.0"]),
        ("pdm.lock", PDM, ["openai==1.60.2 ; python_version >= '3.9'"]),
    ],
)
def test_what_the_application_needs_is_installed(tmp_path, name, text, lines):
    """With its markers; extras and groups of development are none of its needs."""
    (tmp_path / name).write_text(text)
    assert requirement_lines(tmp_path / name) == lines
    assert lock(tmp_path).name == name
    assert lock(tmp_path).text == "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("poetry.lock", 'source = {type = "git", url = "https://example.invalid/x.git"}'),
        ("poetry.lock", 'source = {type = "directory", url = "../x"}'),
        ("pdm.lock", 'git = "https://example.invalid/x.git"'),
        ("pdm.lock", 'path = "./x"'),
    ],
)
def test_a_package_from_elsewhere_than_an_index_is_refused_by_name(tmp_path, name, package):
    """It would be another version, or another package."""
    (tmp_path / name).write_text(f'[[package]]\nname = "mine"\nversion = "1"\n{package}\n')
    with pytest.raises(Mistake, match=rf"^{name} takes mine from elsewhere than an index, .*--python"):
        lock(tmp_path)


@pytest.mark.parametrize("text", ["[", "package = 3", '[[package]]\nname = "a"'])
def test_a_lock_that_cannot_be_read_is_a_line(tmp_path, text):
    """Never what is installed here instead."""
    (tmp_path / "poetry.lock").write_text(text)
    with pytest.raises(Mistake, match=r"^cannot read poetry\.lock"):
        lock(tmp_path)


def test_the_lock_of_a_workspace_lies_above_its_member(tmp_path):
    """It counts before the member's pyproject.toml, which pins nothing; above the repository it is nobody's."""
    member = tmp_path / "services" / "qa"
    member.mkdir(parents=True)
    (member / "pyproject.toml").write_text('[project]\nname = "qa"\ndependencies = ["openai>=1"]\n')
    (tmp_path / "poetry.lock").write_text(PDM)
    assert lock(member).name == "pyproject.toml"
    (tmp_path / ".git").mkdir()
    assert lock(member).name == "../../poetry.lock"


def test_a_lock_that_only_its_tool_reads_is_known_by_its_name(tmp_path):
    """So that it is not passed over in silence."""
    assert unread_lock(tmp_path) is None
    (tmp_path / "Pipfile.lock").write_text("{}")
    assert (lock(tmp_path).name, unread_lock(tmp_path)) == (INSTALLED, "Pipfile.lock")
