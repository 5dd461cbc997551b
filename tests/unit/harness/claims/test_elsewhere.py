"""Other versions: what is asked of the installer."""

import pytest

from overlap.harness.claims.other_versions import direct, name_of, pins
from overlap.harness.text.mistakes import Mistake

PYPROJECT = """
[project]
dependencies = ["langchain-core>=1.7", "openai[aiohttp]>=3.52", "click>=8.3"]
"""
LOCK = """# how this was made
aiohttp==3.14.5 \\
    --hash=sha256:0123
langchain-core==1.7.2 \\
    --hash=sha256:4567
uvloop==0.23.0 ; sys_platform != 'win32' \\
    --hash=sha256:89ab
"""


def test_what_is_wanted_takes_the_place_of_the_projects_own():
    """Other dependencies keep their extras and lose their bounds, which the versions wanted may rule out."""
    wanted = ["langchain_core==1.2.0"]
    assert direct(PYPROJECT, wanted) == ["openai[aiohttp]", "click", "langchain_core==1.2.0"]


def test_all_else_is_pinned_as_in_the_lock():
    """Without hashes, and without a pin for what is wanted in another version."""
    assert pins(LOCK, ["LangChain.Core==1.2.0"]).splitlines() == [
        "aiohttp==3.14.5",
        "uvloop==0.23.0 ; sys_platform != 'win32'",
    ]


@pytest.mark.parametrize("words", ["langchain-core", "openai[aiohttp]", "==1.2", ""])
def test_a_package_without_a_version_is_a_mistake(words):
    """To name none would silently measure the newest."""
    with pytest.raises(Mistake, match="names no version"):
        name_of(words)
