"""The e-processes: the formula, what makes them honest, and how they are counted."""

from math import exp, log, log1p, prod
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.gate.evidence.eprocess import STAKES, WEIGHTS, evidence, log_e, noise_of, scales
from overlap.harness.gate.evidence.outlook import first_possible

NOISE, BOUND = 0.03, log1p(0.05)
LOGS = st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=14)


def naive_scale(before):
    """The scale by its definition, from the rounds before."""
    if len(before) < 3:
        return NOISE
    spread = 1.4826 * median(abs(each - median(before)) for each in before)
    blended = (len(before) * spread**2 + 4 * NOISE**2) / (len(before) + 4)
    return max(blended**0.5, 0.2 * NOISE)


def naive_e(logs, null, sign):
    """The largest e-value so far by the formula, without any logarithm."""
    factors, most = [], 0.0
    for i, each in enumerate(logs):
        factors.append(max(-1.0, min(1.0, sign * (each - null) / naive_scale(logs[:i]))))
        paths = [prod(1 + stake * psi for psi in factors) for stake in STAKES]
        most = max(most, sum(weight * path for weight, path in zip(WEIGHTS, paths, strict=True)))
    return most


@given(LOGS)
def test_evidence_is_what_the_formula_says(logs):
    """Each of the four e-processes is the mixture of products, by the scale of the rounds before."""
    found = evidence(np.array(logs), NOISE, BOUND)
    for weights, null, sign in (
        (found.slower, 0.0, 1),
        (found.faster, 0.0, -1),
        (found.under, BOUND, -1),
        (found.over, -BOUND, 1),
    ):
        assert exp(weights[-1]) == pytest.approx(naive_e(logs, null, sign), rel=1e-9)


@given(LOGS)
def test_the_scale_of_a_round_knows_nothing_of_it_nor_of_later_ones(logs):
    """A scale that knew the present round would make bets with hindsight."""
    whole = scales(np.array(logs), NOISE)
    for i in range(len(logs)):
        other = np.array([*logs[:i], 0.77])
        assert scales(other, NOISE)[i] == whole[i]


@given(LOGS)
def test_slower_and_faster_mirror_one_another(logs):
    """Exchanging the arms exchanges the evidence, or the one side would be judged more strictly."""
    there, back = evidence(np.array(logs), NOISE, BOUND), evidence(-np.array(logs), NOISE, BOUND)
    np.testing.assert_allclose(there.slower, back.faster)
    np.testing.assert_allclose(there.under, back.over)


@given(LOGS)
def test_evidence_is_the_same_for_rounds_judged_one_by_one(logs):
    """What a run sees after five rounds is what a reader of its file sees in the first five."""
    whole = evidence(np.array(logs), NOISE, BOUND)
    for i in range(1, len(logs) + 1):
        assert evidence(np.array(logs[:i]), NOISE, BOUND).slower[-1] == pytest.approx(whole.slower[i - 1])


@pytest.mark.parametrize("signs", [2, 4, 8, 10])
def test_a_fair_coin_makes_the_mean_of_all_paths_one(signs):
    """Over every sequence of signs, equally likely, the e-values average to exactly one: a martingale."""
    paths = np.array([[1 if i >> k & 1 else -1 for k in range(signs)] for i in range(2**signs)])
    assert np.exp(log_e(paths * 0.7)[:, -1]).mean() == pytest.approx(1.0)


def test_no_more_than_alpha_ever_reach_one_over_alpha():
    """Ville's inequality, with bursts, drift in the noise, and a look after every round: 3,000 null series."""
    rng = np.random.default_rng(5)
    noise = 0.02 + 0.1 * rng.random((3000, 1)) * np.linspace(0, 1, 40)
    bursts = (rng.random((2, 3000, 40)) < 0.03) * rng.uniform(0.1, 0.4, (2, 3000, 40))
    logs = rng.standard_normal((3000, 40)) * noise + bursts[0] - bursts[1]
    for alpha in (0.2, 0.05):
        reached = evidence(logs, NOISE, BOUND).slower[:, -1] >= log(1 / alpha)
        # Three standard errors above what is promised would be a broken promise; the seed is fixed.
        assert 0 < reached.mean() <= alpha + 3 * (alpha / 3000) ** 0.5


def test_thousands_of_rounds_overflow_nothing():
    """The products are kept as logarithms."""
    found = evidence(np.full(1200, 0.5), NOISE, BOUND)
    assert 700 < found.slower[-1] < 1200
    assert np.isfinite(found.faster).all()


def test_one_wild_round_costs_a_factor_of_ten_at_most():
    """Clipped, a round that was hit by another program cannot wipe out what the others show."""
    calm = evidence(np.array([0.05] * 12), NOISE, BOUND).slower[-1]
    hit = log_e(np.array([1.0] * 11 + [-40.0]))
    assert calm == pytest.approx(log_e(np.ones(12))[-1])
    assert hit[-2] - hit[-1] < log(10) + 1e-9


def test_the_noise_is_what_was_assumed_until_there_are_rounds_to_tell():
    """Two rounds say nothing about the third; forty say nearly everything."""
    assert noise_of(np.array([0.1, -0.3]), 0.03) == 0.03
    rng = np.random.default_rng(1)
    assert noise_of(rng.normal(0, 0.08, (400, 40)), 0.03).mean() == pytest.approx(0.075, rel=0.05)


def test_rounds_that_agree_by_chance_are_not_believed_to_be_without_noise():
    """Equal ratios leave a floor, so that no division by zero and no boundless bet follows."""
    assert noise_of(np.full(1000, 0.01), 0.03) == pytest.approx(0.006)


def test_the_first_round_that_can_decide_follows_from_the_stakes():
    """After six rounds that all differ fully the evidence is (1.3⁶ + 1.6⁶ + 1.9⁶) / 3 = 22.9, after five 13.0."""
    assert first_possible(log(20)) == 6
    assert first_possible(log(22.8)) == 6
    assert first_possible(log(22.9)) == 7
