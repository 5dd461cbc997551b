"""Examples in docstrings come out as they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    file
    for side in ("harness", "mock_server", "scenarios")
    for file in sorted((ROOT / side).rglob("*.py"))
    if ">>>" in file.read_text(encoding="utf-8")
]


def module(file):
    """Return the dotted name of *file*."""
    return "overlap." + ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("name", [module(file) for file in FILES])
def test_the_examples_of_a_module_come_out(name):
    """Each of them, in every module that has any."""
    done = doctest.testmod(import_module(name))
    assert done.attempted > 0
    assert done.failed == 0
