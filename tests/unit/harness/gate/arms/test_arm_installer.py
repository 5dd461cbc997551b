"""Why an installer failed: the line of its output that says so, without an address."""

import pytest

from overlap.harness.gate.arms import installer
from overlap.harness.gate.arms.installer import why
from overlap.harness.gate.arms.lock import Lock
from overlap.harness.text.mistakes import Mistake

NO_VERSION = """
error: No solution found when resolving dependencies
  cause: Because there is no version of openai==99 and you require openai==99, we can conclude that it cannot be.
"""
REFUSED = """
error: Failed to download `foo @ https://user:secret@index.invalid/foo.whl`
  cause: Failed to fetch: https://user:secret@index.invalid/foo.whl
  cause: Connection refused (os error 111)
"""
BUILD = """
error: Failed to build `bad @ file:///home/me/bad`
  cause: Call to `nope.get_requires_for_build_wheel` failed (exit status: 1)

         [stderr]
         Traceback (most recent call last):
           File "nope.py", line 1, in <module>
         RuntimeError: the build says no

hint: Build failures usually indicate a problem with the package or the build environment
"""
PIP = """
Looking in indexes: https://user:secret@index.invalid/simple
ERROR: Could not find a version that satisfies the requirement openai==99 (from versions: 1.0, 2.0)
ERROR: No matching distribution found for openai==99
"""
PIP_REFUSED = """
ERROR: Could not install packages: HTTPSConnectionPool(host='index.invalid'): exceeded with url: /secret/foo.whl
"""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (NO_VERSION, "No solution found when resolving dependencies: Because there is no version of openai==99"),
        (REFUSED, "Failed to download `foo @ …`: Connection refused (os error 111)"),
        (BUILD, "Failed to build `bad @ …`: RuntimeError: the build says no"),
        (PIP, "No matching distribution found for openai==99"),
        (PIP_REFUSED, "Could not install packages"),
        ("", "it said nothing"),
        ("odd\nwords\n", "words"),
    ],
)
def test_the_reason_is_found_in_the_output(output, said):
    """Of uv and of pip; one line, and nothing that names an index or holds a credential."""
    told = why(output)
    assert told.startswith(said)
    assert "\n" not in told
    for word in ("secret", "index.invalid", "://"):
        assert word not in told


def test_a_very_long_reason_is_cut():
    """A terminal's line or two."""
    assert len(why("ERROR: " + "x" * 5000)) == 300


def test_a_lock_that_only_uv_can_read_says_so(tmp_path, monkeypatch):
    """Unpinned packages in its place would be another comparison than the one that was asked for."""
    monkeypatch.setattr(installer, "uv", lambda: None)
    with pytest.raises(Mistake, match=r"uv\.lock needs uv"):
        installer.install(tmp_path, Lock("uv.lock", "uv", "0", tmp_path / "uv.lock"), tmp_path)


def test_a_python_that_is_not_there_is_named(tmp_path, monkeypatch):
    """Without uv, which would fetch it."""
    monkeypatch.setattr(installer, "uv", lambda: None)
    with pytest.raises(Mistake, match=r"there is no python3\.99 here"):
        installer.make(tmp_path / "env", "3.99")
