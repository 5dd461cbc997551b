"""What a soak judges: memory after the first round, and what is left over."""

import pytest

from overlap.mock_server.bench import soak
from overlap.mock_server.bench.soak import Footprint

SOUND = Footprint(50_000_000, 15, 2, 0, 0)


def test_a_server_that_holds_no_more_than_before_is_sound():
    """It may grow by two megabytes, and may hold less."""
    rounds = [SOUND, Footprint(52_000_000, 14, 2, 0, 0)]
    assert soak.judged(rounds, 0) == []


@pytest.mark.parametrize(
    ("last", "lost", "named"),
    [
        (Footprint(52_100_000, 15, 2, 0, 0), 0, "memory grew by 2.1 MB"),
        (Footprint(50_000_000, 16, 2, 0, 0), 0, "16 descriptors, 15 after the first round"),
        (Footprint(50_000_000, 15, 3, 0, 0), 0, "3 threads"),
        (Footprint(50_000_000, 15, 2, 1, 0), 0, "1 requests left over"),
        (Footprint(50_000_000, 15, 2, 0, 4), 0, "4 connections left over"),
        (SOUND, 1, "1 requests are neither"),
    ],
)
def test_what_is_left_over_is_named(last, lost, named):
    """One thing at a time."""
    [said] = soak.judged([SOUND, last], lost)
    assert said.startswith(named)
