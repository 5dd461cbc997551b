"""The circumstances of a run, and what a child process inherits."""

import os

from overlap.harness.host.environment import circumstances, cores, scrubbed


def test_a_child_inherits_nothing_that_changes_what_is_measured(monkeypatch):
    """Tracing, proxies and keys stay behind, whatever they are called."""
    for name in ("LANGSMITH_API_KEY", "OPENAI_BASE_URL", "https_proxy", "LANGCHAIN_TRACING_V2", "ANYTHING_ELSE"):
        monkeypatch.setenv(name, "secret")
    found = scrubbed(MORE="1")
    assert "secret" not in found.values()
    assert found["MORE"] == "1"
    assert found["PATH"] == os.environ["PATH"]


def test_circumstances_name_what_makes_runs_comparable():
    """Versions, executor size, cores and clock; no host, no user, no folder."""
    found = circumstances(executor=6)
    assert found["executor"] == 6
    assert found["packages"]["langchain-core"]
    assert "CLOCK_MONOTONIC" in found["clock"]
    assert os.uname().nodename not in str(found).split()


def test_this_machine_has_a_core():
    """Whatever it is."""
    assert cores()
