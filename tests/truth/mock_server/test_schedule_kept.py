"""
A known schedule in, the same schedule out, as a client outside sees it.

Other work on the machine can only make a token late, never early, and never by much for long: so "early" is
judged to a tenth of a millisecond, and lateness by medians, where a stall of a few tokens does not count.
"""

from itertools import pairwise
from statistics import median

import pytest

from mock_server.bench.processes import started
from mock_server.bench.streams import Seen, measured

MS = 1_000_000
EARLY = -MS // 10
"""What may be laid to reading two clocks, in ns."""
PATIENCE = 60.0


def seen(words: tuple[str, ...], streams: int = 1) -> Seen:
    """Answer what a client saw of *streams* streams at once."""
    with started("--port", "0", *words) as server:
        found = measured(server, streams, PATIENCE)
    assert found.broken == 0
    return found


@pytest.mark.parametrize(
    "profile",
    ["steady,ttft=0.05,itl=0.005", "lognormal,ttft=0.05,itl=0.005", "bursty,ttft=0.05,burst=5,pause=0.02"],
)
def test_no_token_is_early_and_half_are_on_time(profile):
    """Ten streams of forty tokens: none early, and the median late by less than a gap between tokens."""
    found = seen(("--profile", profile, "--tokens", "40"), streams=10)
    assert len(found.every) == 400
    assert found.every[0] >= EARLY
    assert median(found.every) < 5 * MS


def test_a_gap_of_half_a_millisecond_is_kept_and_does_not_drift():
    """
    A thousand tokens, 0.5 ms apart: whatever delays single tokens, the mean gap is 0.5 ms.

    First and last token may each be 20 ms late on a busy machine, which is 0.02 ms a gap. Sleeping 0.5 ms again
    and again, as others do, makes gaps of 0.56 ms and more.
    """
    with started("--port", "0", "--profile", "steady,ttft=0.05,itl=0.0005", "--tokens", "1000") as server:
        found = measured(server, 1, PATIENCE)
    assert found.broken == 0
    drift = found.last[0] - found.first[0]
    assert abs(drift) / 999 < 0.02 * MS
    assert found.every[0] >= EARLY


def test_the_last_of_many_tokens_is_as_late_as_the_first():
    """Twenty thousand tokens, 0.1 ms apart: late tokens at the end are no later than at the start."""
    with started("--port", "0", "--profile", "steady,ttft=0.05,itl=0.0001", "--tokens", "20000") as server:
        found = measured(server, 1, PATIENCE, order=True)
    assert found.broken == 0
    start, end = median(found.every[:2000]), median(found.every[-2000:])
    assert abs(end - start) < 5 * MS


def test_the_same_call_has_the_same_schedule_in_another_process():
    """Two servers of one seed plan each call alike; a third of another seed does not."""
    words = ("--port", "0", "--profile", "lognormal,ttft=0.01,itl=0.001", "--tokens", "5")
    plans = []
    for seed in ("1", "1", "2"):
        with started(*words, "--seed", seed) as server:
            plans.append(measured(server, 5, PATIENCE).planned)
    assert plans[0] == plans[1] != plans[2]
    assert len(plans[0]) == 5


def test_slowdown_under_load_is_in_the_plan_and_kept():
    """Four streams on four slots, each further one slowing all by half: planned gaps grow, and are kept."""
    words = ("--profile", "steady,ttft=0.05,itl=0.01", "--tokens", "20", "--slots", "4", "--slowdown", "0.5")
    with started("--port", "0", *words) as server:
        alone, together = measured(server, 1, PATIENCE), measured(server, 4, PATIENCE)
    longest = [max(after - before for before, after in pairwise(run.planned[-1])) for run in (alone, together)]
    assert longest[0] == pytest.approx(10 * MS, rel=0.001)
    assert longest[1] == pytest.approx(25 * MS, rel=0.01)
    assert together.every[0] >= EARLY
    assert median(together.every) < 10 * MS
