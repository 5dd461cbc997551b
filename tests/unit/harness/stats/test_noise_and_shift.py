"""The noise between rounds, and where a distribution moved."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import scipy

from overlap.harness.model.record import Cell
from overlap.harness.registry import load
from overlap.harness.report.build import SECTIONS
from overlap.harness.stats.noise import noise
from overlap.harness.stats.power import detectable, power
from overlap.harness.stats.ranking import differs, rank
from overlap.harness.stats.shift import shift
from overlap.harness.stats.summary import summarise

SLOW = {3: 1.25}


def moody(cell, turn, _index):
    """Calls of 100 ms, rounds 3 % apart, the fourth round slow in every cell."""
    return 100 * SLOW.get(turn, 1) * Random(f"{cell.loop} {turn}").lognormvariate(0, 0.03)


def test_the_noise_of_a_run_is_what_its_rounds_differ_by(make_run, pair):
    """Thirty rounds that differ by 3 %: every cell's spread and the pooled one say so."""
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


def test_a_round_that_is_slow_for_all_cells_does_not_raise_the_noise(make_run, pair):
    """Cells are compared within a round, so what it does to all of them is no noise; least squares take it out."""
    calm = noise(make_run(pair, lambda *at: moody(*at) / SLOW.get(at[1], 1), rounds=15, calls=8))
    burst = noise(make_run(pair, moody, rounds=15, calls=8))
    assert burst.typical == pytest.approx(calm.typical, rel=1e-6)


def test_the_noise_is_pooled_over_cells_with_the_right_divisor(make_run):
    """Three rounds of twelve cells that scatter by 4 %: the robust spread of three rounds would say 2.3 %."""
    cells = [Cell("s", "httpx", f"s{place}", "asyncio", 4) for place in range(12)]
    found = []
    for seed in range(8):

        def took(cell, turn, _index, seed=seed):
            return 100 * Random(f"{seed} {cell.strategy} {turn}").lognormvariate(0, 0.04)

        found.append(noise(make_run(cells, took, rounds=3, calls=4)))
    assert np.mean([each.typical**2 for each in found]) ** 0.5 == pytest.approx(0.04, rel=0.15)
    assert np.mean([list(each.cells.values()) for each in found]) < 0.045
    assert found[0].counts == {3: 12}


@pytest.mark.parametrize("rounds", [3, 5, 8, 20])
@pytest.mark.parametrize("difference", [0.02, 0.1, 0.3])
def test_power_is_the_noncentral_t_distribution(rounds, difference):
    """Scipy's, to four digits."""
    reach = scipy.stats.t.ppf(0.975, rounds - 1)
    exact = scipy.stats.nct.sf(reach, rounds - 1, difference / 0.06 * rounds**0.5)
    assert power(difference, 0.06, rounds) == pytest.approx(exact, abs=2e-4)


@pytest.mark.parametrize(("scatter", "rounds"), [(0.04, 3), (0.02, 5), (0.005, 5)])
def test_what_can_be_told_is_shown_four_times_in_five(scatter, rounds):
    """By the very procedure that names a slower cell, its floor of 3 % included."""
    told, rng, shown = detectable(scatter, rounds), np.random.default_rng(2), 0
    for _ in range(400):
        logs = rng.normal(0, scatter, (2, rounds)) + np.array([[0.0], [np.log1p(told)]])
        rows = {place: dict(enumerate(np.exp(row).tolist())) for place, row in enumerate(logs)}
        shown += 1 in rank(rows).worse
    assert shown / 400 == pytest.approx(0.8, abs=0.06)


def test_nothing_is_told_below_what_matters(make_run, pair):
    """However quiet the machine: 3 % and less are never named. More rounds tell less."""
    assert detectable(1e-6, 20) == pytest.approx(0.03, abs=1e-3)
    assert detectable(0.04, 3) > detectable(0.04, 5) > detectable(0.04, 20) > 0.03
    found = noise(make_run(pair, moody, rounds=30, calls=8))
    assert found.detectable(20) == detectable(found.typical, 20)


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


def test_the_section_says_of_no_round_that_all_cells_were_off(make_run, pair):
    """Each cell is slow in a round of its own: what is told of the oddest round is told of half of the cells."""
    cells = [replace(pair[0], concurrency=places) for places in (1, 2, 4)]
    run = make_run(cells, lambda cell, turn, _: 100 * (1 + (cells.index(cell) == turn)), rounds=3, calls=8)
    note = load(SECTIONS, "noise").section(summarise(run)).note
    assert "half of the cells were at least 0 % above their own median round" in note
