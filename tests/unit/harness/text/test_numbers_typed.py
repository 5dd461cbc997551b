"""Numbers that somebody typed come back as they were meant: no power of ten, and nothing small as a 0."""

import re

import pytest

from overlap.harness.arrivals._checks import between
from overlap.harness.gate.budgets.limit import limit
from overlap.harness.gate.budgets.sense import far, refuse_milliseconds
from overlap.harness.model.config import RunConfig
from overlap.harness.model.slo import read
from overlap.harness.text.mistakes import Mistake

POWER = re.compile(r"\de[+-]?\d")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: RunConfig(timeout=1e9), "not 1000000000"),
        (lambda: RunConfig(timeout=-1e-9), "not -0.000000001"),
        (lambda: RunConfig(max_time=1e300), "not a number of 301 digits"),
        (lambda: RunConfig(duration=float("nan"), arrivals="poisson,rate=5"), "not nan"),
        (lambda: limit("overlap >= 12345678"), "a share is a fraction: 123456.78 for 12345678 %"),
        (lambda: between("rate", 2e6, 0.001), "between 0.001 and 1000000, not 2000000"),
        (lambda: read("ttft=-2000000"), "a limit on ttft must be above zero, not -2000000 s"),
    ],
)
def test_a_number_that_is_refused_is_shown_in_full(wrong, said):
    """Each by the command line's own check."""
    with pytest.raises((Mistake, ValueError)) as mistake:
        wrong()
    assert said in str(mistake.value)
    assert not POWER.search(str(mistake.value).replace("'", ""))


def test_limits_far_from_what_was_measured_are_written_in_full():
    """A budget of 30 million seconds is one of milliseconds, by its own digits."""
    kept = limit("e2e.p95 <= 30000000")
    assert far(kept, 1e9).endswith("times are seconds: 30000000 ms would be 30000")
    with pytest.raises(Mistake, match=r"30000000 s is longer than the run's timeout of 1000000 s.* ms is 30000$"):
        refuse_milliseconds(kept, 1e9, 1e6)


def test_an_slo_of_a_whole_year_is_written_in_full():
    """And one of a nanosecond is no 0."""
    assert str(read("e2e=31536000")) == "e2e \N{LESS-THAN OR EQUAL TO} 31536000000 ms"
    assert str(read("e2e=0.000000001")) == "e2e \N{LESS-THAN OR EQUAL TO} 0.000001 ms"
