"""Which Python: what its build says of itself, and what the Makefile is told of it."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from overlap.harness.host import interpreter


@pytest.mark.parametrize(
    ("told", "prefix", "found"),
    [
        ("'--prefix=/opt' '--enable-optimizations' '--with-lto'", "/opt", True),
        ("'--prefix=/home/me/.pyenv/versions/3.13.0' '--enable-shared'", "/home/me/.pyenv/versions/3.13.0", False),
        ("", "/opt", False),
        ("'--enable-shared' '--prefix=/usr'", "/usr", True),
        (None, "/opt", None),
    ],
)
def test_a_build_says_whether_it_was_optimized(monkeypatch, told, prefix, found):
    """A system's own always is; who says nothing of how it was built leaves it open."""
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": told}.get)
    monkeypatch.setattr(sys, "base_prefix", prefix)
    assert interpreter.optimized() is found


def test_one_without_ensurepip_or_too_old_is_passed_over(monkeypatch):
    """Debian's has it in a package of its own; `python -m venv` would fail, and only uv would not."""
    assert interpreter.usable()
    monkeypatch.setattr(interpreter, "OLDEST", (99, 0))
    assert not interpreter.usable()
    monkeypatch.undo()
    monkeypatch.setattr(interpreter, "find_spec", lambda _: None)
    for uv, found in ((None, False), ("/usr/bin/uv", True)):
        monkeypatch.setattr(interpreter, "which", {"uv": uv}.get)
        assert interpreter.usable() is found


def test_the_makefile_is_told_by_the_exit_code():
    """As a script, isolated: 0 for a Python that will do."""
    words = [sys.executable, "-I", str(Path(interpreter.__file__))]
    assert subprocess.run(words, check=False).returncode == 0
    wanted = 0 if interpreter.optimized() else 1
    assert subprocess.run([*words, "--optimized"], check=False).returncode == wanted
