"""The smallest slowdown that could have been seen: against simulation of the very rule, and at its edges."""

from math import log, log1p

import numpy as np
import pytest

from overlap.harness.gate.evidence.eprocess import evidence
from overlap.harness.gate.evidence.mde import mde
from overlap.harness.gate.record import GateRule
from overlap.harness.stats.robust import middle, walsh


@pytest.mark.parametrize(("noise", "rounds", "hypotheses"), [(0.03, 14, 30), (0.05, 30, 36), (0.10, 40, 10)])
def test_a_slowdown_of_that_size_is_called_one_about_four_times_in_five(noise, rounds, hypotheses):
    """The formula is an approximation; 1,000 simulated series of normal noise say that it is a good one."""
    rule = GateRule()
    smallest = mde(noise, rounds, rule, hypotheses)
    rng = np.random.default_rng(2)
    logs = log1p(smallest) + rng.normal(0, noise, (1000, rounds))
    slower = evidence(logs, rule.noise, log1p(rule.pass_bound)).slower[:, -1] >= log(hypotheses / rule.alpha)
    power = (slower & (middle(walsh(logs)) >= log1p(rule.min_effect))).mean()
    assert 0.7 < power < 0.95


def test_too_few_rounds_could_show_nothing_however_large():
    """Six rounds cannot carry an e-value of 600, even if all of them agree."""
    assert mde(0.03, 6, GateRule(), 30) is None
    assert mde(0.03, 20, GateRule(), 30) is not None


def test_it_is_never_smaller_than_what_counts_as_a_change():
    """With hardly any noise, the rule's own minimum is what can be seen."""
    assert 0.03 < mde(0.001, 40, GateRule(), 1) < 0.031
    assert mde(0.05, 20, GateRule(), 30) > mde(0.05, 40, GateRule(), 30) > mde(0.03, 40, GateRule(), 30)
