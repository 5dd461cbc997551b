"""Rounds that other programs disturbed."""

import re

import pytest

from overlap.harness.gate.measure import interference
from overlap.harness.gate.record import GateRule
from overlap.harness.host.other_programs import TakenCpu


@pytest.mark.parametrize(
    ("steal", "foreign", "word"),
    [(0.06, 0.0, "hypervisor"), (0.0, 0.3, "other programs"), (0.04, 0.2, None), (None, None, None)],
)
def test_a_round_is_disturbed_beyond_the_rules_limits(steal, foreign, word):
    """What the kernel does not tell disturbs nothing."""
    said = interference.disturbance(TakenCpu(steal, foreign), GateRule())
    assert (said is None) if word is None else (word in said)


@pytest.mark.parametrize(("steal", "foreign"), [(0.0501, None), (None, 0.2501), (0.5, None), (None, 1.02)])
def test_what_is_beyond_a_limit_is_written_as_more_than_it(steal, foreign):
    """To be told of 0.25 cores with a limit of 0.25 would read as a mistake."""
    said = interference.disturbance(TakenCpu(steal, foreign), GateRule())
    value, limit = (float(number) for number in re.findall(r"[\d.]+(?= %| cores|\))", said)[:2])
    assert value > limit
