"""Who gets which core, on machines of several sizes."""

import pytest

from overlap.harness.host import core_pinning


@pytest.mark.parametrize(
    ("cores", "ours", "theirs"),
    [([3], (None,), None), ([0, 1], (0,), 1), ([2, 4, 5, 7], (2, 4, 5), 7)],
)
def test_the_last_core_is_theirs_and_a_single_one_everybodys(monkeypatch, cores, ours, theirs):
    """Only cores that this process may use are given away."""
    monkeypatch.setattr(core_pinning, "cores", lambda: cores)
    found = core_pinning.seats()
    assert (found.ours, found.theirs, found.apart) == (ours, theirs, theirs is not None)
