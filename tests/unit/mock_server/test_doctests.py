"""The examples in the mock server's docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

from overlap import mock_server

FOLDER = Path(mock_server.__file__).parent
MODULES = [
    ".".join(file.relative_to(FOLDER.parent).with_suffix("").parts)
    for file in sorted(FOLDER.rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    """An example that does not run is worse than none."""
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert found.failed == 0
