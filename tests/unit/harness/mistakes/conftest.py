"""A folder of odd files to stand in, and commands that are stopped where they would start a process."""

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest


class Started(BaseException):
    """A command that would have started a process; nothing holds it back, as nothing would hold a process back."""


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mistakes_drawn", Path(__file__).with_name("drawn.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def drawn() -> ModuleType:
    """Return what draws the mistakes."""
    return _module()


@pytest.fixture
def odd_folder(tmp_path, monkeypatch, drawn):
    """Stand in a folder with every odd file, far below one that something might climb up to."""
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    drawn.files(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def nothing_starts(monkeypatch):
    """Raise where a process would be started, so that whatever comes before it can be seen alone."""

    def begun(*_words, **_more):
        raise Started

    monkeypatch.setattr(subprocess.Popen, "__init__", begun)
    for name in ("execv", "fork", "posix_spawn"):
        monkeypatch.setattr(os, name, begun)
    return Started
