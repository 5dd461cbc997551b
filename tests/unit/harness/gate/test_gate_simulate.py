"""The simulation judges by the rule that judges runs, and its machine is as noisy as it says."""

from math import exp

import numpy as np
import pytest

from overlap.harness.gate.evidence.simulate import SITES, measured, row, table, wilson
from overlap.harness.gate.judge import judge_series, settled
from overlap.harness.gate.machine import Machine, log_ratios
from overlap.harness.gate.record import GateRule, RoundPair, Series
from overlap.harness.stats.robust import NORMAL_MAD

# Half as many rounds as usual: what is undecided then is seen sooner.
RULE = GateRule(max_rounds=40)


def one_by_one(logs, hypotheses):
    """Verdict and rounds of one series, judged after each round as a live run does."""
    pairs = tuple(RoundPair(i, "BC", 1.0, exp(each)) for i, each in enumerate(logs))
    for rounds in range(1, len(pairs) + 1):
        series = Series("a", "b", "ns", "timed", "lower", pairs[:rounds])
        found = judge_series(series, RULE, hypotheses)
        if settled(found, series, RULE, hypotheses):
            return found.verdict, rounds
    raise AssertionError("the last round settles everything")


def test_the_simulation_stops_and_decides_where_a_run_would():
    """The same verdict after the same round, for changes of every size and sign."""
    rng = np.random.default_rng(6)
    truth = np.repeat(np.log1p([-0.1, -0.04, 0.0, 0.03, 0.05, 0.1]), 8)
    logs = truth[:, None] + rng.normal(0, 0.045, (48, RULE.max_rounds))
    found = measured(logs[:, None], RULE, 30, truth[:, None])
    live = [one_by_one(each, 30) for each in logs]
    assert list(zip(found.verdicts[:, 0].tolist(), found.rounds.tolist(), strict=True)) == live
    assert {verdict for verdict, _ in live} == {"pass", "improved", "regressed", "inconclusive"}


def test_a_cell_goes_on_until_all_its_metrics_are_settled():
    """A quiet metric beside a noisy one is measured as long as the noisy one is."""
    rng = np.random.default_rng(8)
    quiet, noisy = rng.normal(0, 0.01, RULE.max_rounds), rng.normal(0, 0.05, RULE.max_rounds)
    alone = [measured(each[None, None], RULE, 2, np.zeros((1, 1))).rounds[0] for each in (quiet, noisy)]
    both = measured(np.stack([quiet, noisy])[None], RULE, 2, np.zeros((1, 2)))
    assert alone[0] < alone[1] <= both.rounds[0]


def test_a_small_simulation_alarms_seldom_and_catches_what_is_slower():
    """Sixty builds of ten cells; the command draws a thousand of thirty."""
    logs = log_ratios(Machine(), 60, 10, RULE.max_rounds, seed=3)[:, :, None]
    same, slower = row(logs, 0.0, RULE), row(logs, 0.10, RULE)
    # At most one build in twenty may alarm; the seed is fixed.
    assert same.caught == 0
    assert same.false <= 3
    assert same.passed >= 59
    assert slower.caught == 60
    assert slower.named >= 57
    assert slower.passed == 0
    assert 6 <= same.rounds <= same.longest <= RULE.max_rounds


def test_tripled_noise_leaves_cells_undecided():
    """Rather nothing than something wrong."""
    logs = log_ratios(Machine(times=3.0), 40, 10, RULE.max_rounds, seed=3)[:, :, None]
    found = row(logs, 0.05, RULE)
    assert found.undecided > 0.2
    assert found.passed / found.builds <= 0.15
    assert found.false / found.builds <= 0.15


def test_the_machine_is_as_noisy_as_it_says():
    """Its parts add up: launches 2.1 %, drift within seconds 1.2 %, iterations 2.5 %; bursts go beyond."""
    logs = log_ratios(Machine(), 40, 10, 40, seed=1)
    robust = NORMAL_MAD * float(np.median(np.abs(logs)))
    assert robust == pytest.approx(0.0365, abs=0.004)
    assert abs(float(np.median(logs))) < 0.002
    calm = Machine(launch=0.0, drift=0.0, bursts=0.0, rare=0.0, iteration=0.1, iterations=50)
    assert log_ratios(calm, 20, 10, 40, seed=1).std() == pytest.approx(2**0.5 * 1.2533 * 0.1 / 50**0.5, rel=0.03)


def test_a_launch_is_shared_by_the_cells_of_a_round():
    """Cells of a build are not independent, and the rule must not need them to be."""
    launches = Machine(drift=0.0, bursts=0.0, rare=0.0, iteration=1e-9)
    logs = log_ratios(launches, 3, 4, 5, seed=1)
    np.testing.assert_allclose(logs[:, 0], logs[:, 3], atol=1e-7)
    assert logs.std() > 0.01


def test_wilsons_interval_is_his():
    """Two of a thousand: 0.05 % to 0.73 %; none of ten: up to 27.8 %."""
    assert wilson(2, 1000) == pytest.approx((0.000549, 0.007263), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0.0, 0.277533), abs=1e-6)


def test_the_table_has_a_line_for_each_slowdown():
    """Whoever runs it sees how often the first cell was caught, with an interval."""
    lines = list(table(SITES[2], 8, 1, RULE))
    assert len(lines) == 6
    assert lines[0].startswith("12 cells, 3 metrics each")
    assert "100.0 [67.56, 100.00]" in lines[-1]
