"""The examples in the mock server's docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import mock_server

MODULES = [
    module.name
    for module in pkgutil.walk_packages(mock_server.__path__, "mock_server.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    """An example that does not run is worse than none."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
