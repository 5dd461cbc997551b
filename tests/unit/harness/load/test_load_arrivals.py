"""Due times: absolute, made of the seed alone, and the same however many processes share them."""

from itertools import islice, pairwise
from statistics import mean

import pytest

from harness.load.arrivals import KINDS, due_times, part


@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_make_up_the_whole(kind):
    """Three processes that take a third each send what one would have sent, when it would have."""
    whole = list(islice(due_times(kind, 50, 7), 30))
    parts = [list(islice(part(due_times(kind, 50, 7), number, 3), 10)) for number in range(3)]
    assert sorted(due for each in parts for due in each) == whole


@pytest.mark.parametrize("kind", KINDS)
def test_the_rate_is_the_one_asked_for(kind):
    """The mean gap of 20,000 calls at 50 a second is 20 ms; four standard errors of it are 2.8 %."""
    gaps = [later - earlier for earlier, later in pairwise(islice(due_times(kind, 50, 7), 20_001))]
    assert mean(gaps) == pytest.approx(20e6, rel=0.028)
    assert min(gaps) >= 0


def test_constant_arrivals_do_not_drift():
    """Each is due at a multiple of the gap: rounding does not add up."""
    assert list(islice(due_times("constant", 3, 0), 3_000_000, 3_000_001)) == [1_000_000 * 10**9]


def test_poisson_arrivals_follow_the_seed():
    """The same seed the same schedule, another seed another one."""
    first, again, other = (list(islice(due_times("poisson", 50, seed), 20)) for seed in (1, 1, 2))
    assert first == again != other


def test_unknown_arrivals_are_refused_by_name():
    """The message says what there is."""
    with pytest.raises(LookupError, match=r"'bursty'.*constant, poisson"):
        due_times("bursty", 1, 0)
