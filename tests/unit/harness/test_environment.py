"""The circumstances of a run, and what a child process inherits."""

import os

from harness.environment import circumstances, cores, scrubbed, steal, ticks


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


def test_steal_is_a_share_of_the_time_between_two_looks():
    """Ten of a hundred ticks stolen are 10 %; where nothing passed or nothing is counted it is not known."""
    assert steal((5, 100), (15, 200)) == 0.1
    assert steal((5, 100), (5, 100)) is None
    assert steal(None, (5, 100)) is None


def test_this_machine_counts_ticks_and_has_a_core():
    """On Linux both are there; the counters only ever grow."""
    first, second = ticks(), ticks()
    assert cores()
    assert second[1] >= first[1] >= first[0]
