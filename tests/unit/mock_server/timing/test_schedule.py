"""The due times of tokens: keyed by seed and call, shared where nothing is drawn, bounded."""

import random

from overlap.mock_server.profiles import lognormal, steady
from overlap.mock_server.timing.schedule import HOUR, Schedule


def test_a_steady_profile_is_exact():
    """TTFT 100 ms and gaps of 20 ms are due at 100, 120 and 140 ms."""
    due = Schedule(steady.offsets, {"ttft": 0.1, "itl": 0.02}, seed=0).due("a", 3)
    assert list(due) == [100_000_000, 120_000_000, 140_000_000]


def test_a_call_has_the_same_latencies_whatever_came_before_it():
    """Draws belong to seed and tag, so order and concurrency change nothing, nor does a process of its own."""
    one, other = (Schedule(lognormal.offsets, {}, seed=7) for _ in range(2))
    forward = {key: list(one.due(key, 50)) for key in ("000001", "000002", "000003")}
    backward = {key: list(other.due(key, 50)) for key in ("000003", "000002", "000001")}
    assert forward == backward
    assert len({tuple(due) for due in forward.values()}) == 3


def test_another_seed_is_another_draw():
    """The seed is what makes a run another run."""
    drawn = [list(Schedule(lognormal.offsets, {}, seed).due("000001", 5)) for seed in (1, 2)]
    assert drawn[0] != drawn[1]


def test_a_round_is_another_draw_of_the_same_call():
    """The tag names the round, so call 1 has one latency in all cells of a round, and another in the next."""
    schedule = Schedule(lognormal.offsets, {}, seed=7)
    drawn = {tag: list(schedule.due(tag, 5)) for tag in ("r000.000001", "r001.000001", "000001")}
    assert len({tuple(due) for due in drawn.values()}) == 3
    assert list(Schedule(lognormal.offsets, {}, seed=7).due("r001.000001", 5)) == drawn["r001.000001"]


def test_draws_are_as_spread_as_the_profile_says():
    """The median of many calls' TTFT is the profile's, within five standard errors (1.25 x sigma / sqrt(n))."""
    schedule = Schedule(lognormal.offsets, {"ttft": 0.2, "sigma": 0.4}, seed=3)
    first = sorted(schedule.due(f"{n:06d}", 1)[0] for n in range(2000))
    assert abs(first[1000] / 1e9 / 0.2 - 1) < 5 * 1.25 * 0.4 / 2000**0.5


def test_a_fixed_schedule_is_made_once():
    """Where nothing is drawn, requests of the same length share one array."""
    schedule = Schedule(steady.offsets, {}, seed=0)
    assert schedule.due("a", 10) is schedule.due("b", 10)


def test_a_profile_that_goes_back_or_below_zero_is_put_right():
    """A plug-in's mistake makes no token due before the one ahead of it."""

    def wild(rng: random.Random, tokens: int) -> list[float]:
        del rng, tokens
        return [-1.0, 0.5, 0.2, 1e9]

    assert list(Schedule(wild, {}, 0).due("a", 4)) == [0, 500_000_000, 500_000_000, HOUR]


def test_a_warm_up_call_is_due_at_once():
    """Warming up costs no waiting; a tag that only begins with a w is a call like any other."""
    schedule = Schedule(steady.offsets, {"ttft": 1.0}, seed=0)
    assert list(schedule.due("w00001", 3)) == [0, 0, 0]
    assert schedule.due("web-1", 3)[0] == 10**9
