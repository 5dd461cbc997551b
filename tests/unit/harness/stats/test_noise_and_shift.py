"""The noise between rounds, and where a distribution moved."""

from dataclasses import replace
from random import Random
from statistics import NormalDist

import numpy as np
import pytest

from harness.stats.estimate import differs
from harness.stats.noise import noise, robust
from harness.stats.shift import shift

SLOW = {3: 1.25}


def moody(cell, turn, _index):
    """Calls of 100 ms, rounds 3 % apart, the fourth round slow in every cell."""
    return 100 * SLOW.get(turn, 1) * Random(f"{cell.loop} {turn}").lognormvariate(0, 0.03)


def test_the_noise_of_a_run_is_what_its_rounds_differ_by(make_run, pair):
    """Thirty rounds that differ by 3 %: every cell's spread and the typical one say so."""
    found = noise(make_run(pair, moody, rounds=30, calls=8))
    assert found is not None
    assert found.typical == pytest.approx(0.03, rel=0.35)
    assert set(found.cells) == {cell.id for cell in pair}


def test_a_round_that_was_slow_for_all_cells_shows(make_run, pair):
    """The fourth round took 1.25 times as long: throughput a fifth lower, in that round and in no other."""
    found = noise(make_run(pair, moody, rounds=9, calls=8))
    assert found is not None
    assert found.rounds[3] == pytest.approx(-0.2, abs=0.06)
    assert all(abs(off) < 0.1 for turn, off in found.rounds.items() if turn != 3)


def test_one_slow_round_does_not_raise_the_noise(make_run, pair):
    """The spread is robust: what a burst did to one round says nothing about the others."""
    calm = noise(make_run(pair, lambda *at: moody(*at) / SLOW.get(at[1], 1), rounds=15, calls=8))
    burst = noise(make_run(pair, moody, rounds=15, calls=8))
    assert calm is not None
    assert burst is not None
    assert burst.typical < 1.5 * calm.typical


def test_a_robust_spread_is_the_standard_deviation_of_normal_numbers():
    """1.4826 makes it so."""
    values = np.random.default_rng(1).normal(5, 2, 100_000)
    assert robust(values) == pytest.approx(2, rel=0.02)
    assert 1.4826 * NormalDist().inv_cdf(0.75) == pytest.approx(1, rel=1e-4)


def test_the_smallest_change_that_would_be_found_shrinks_with_more_rounds(make_run, pair):
    """Noise of 3 %: five rounds find 7 %, twenty find less than half of that; simulated, four times in five."""
    found = noise(make_run(pair, moody, rounds=30, calls=8))
    assert found is not None
    assert found.detectable(20) < found.detectable(5) / 2
    rng, caught = np.random.default_rng(2), 0
    for _ in range(2000):
        d = found.detectable(20) + rng.normal(0, found.typical, 20) - rng.normal(0, found.typical, 20)
        caught += d.mean() / (d.std(ddof=1) / 20**0.5) > 2.093
    assert caught / 2000 == pytest.approx(0.8, abs=0.04)


def test_two_rounds_have_no_noise_to_speak_of(make_run, pair):
    """Nor has a run in which nothing was completed."""
    assert noise(make_run(pair, moody, rounds=2)) is None
    assert noise(make_run(pair, moody, failing=range(40))) is None
    assert noise(make_run((), moody)) is None


def test_a_tail_that_moved_shows_where_it_moved_and_nowhere_else(make_run, pair):
    """One call in ten takes three times as long under uvloop: the deciles stay, p95 trebles."""

    def took(cell, turn, index):
        slow = 3 if cell.loop == "uvloop" and index % 10 == 0 else 1
        return slow * 100 * Random(f"{cell.loop} {turn}").lognormvariate(0, 0.01) * (1 + index % 7 / 100)

    found = shift(make_run(pair, took, calls=200), pair[1], pair[0])
    assert set(found) == {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}
    assert not any(differs(found[q]) for q in found if q < 0.85)
    assert found[0.95].value == pytest.approx(3, rel=0.1)
    assert differs(found[0.95])


def test_a_distribution_that_did_not_move_is_one_everywhere(make_run, pair):
    """The same calls in both cells: every ratio is 1 exactly, paired by round."""
    run = make_run(pair, lambda _cell, turn, index: 100 + turn + index)
    assert {estimate.value for estimate in shift(run, *pair).values()} == {1.0}


def test_quantiles_with_too_few_calls_are_left_out(make_run, pair):
    """Ten calls in five rounds carry the middle, from p20 to p80, and no tail."""
    found = shift(make_run(pair, 100, calls=10), *pair)
    assert set(found) == {0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}


def test_there_is_no_shift_of_what_was_never_measured(make_run, pair):
    """Nothing was streamed; and a metric that calls do not have is refused by name."""
    run = make_run(pair, 100)
    assert shift(run, *pair, metric="ttft") == {}
    assert shift(replace(run, slots=()), *pair) == {}
    with pytest.raises(LookupError, match="throughput"):
        shift(run, *pair, metric="throughput")
