"""Student's t without scipy is scipy's."""

import pytest
import scipy

from overlap.harness.stats.student import critical, within


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 30, 101, 1000])
def test_the_critical_value_is_scipys_for_odd_and_even_degrees_of_freedom(freedom):
    """An interval's reach rests on this number alone, besides the data."""
    assert critical(freedom) == pytest.approx(scipy.special.stdtrit(freedom, 0.975), rel=1e-9)
    assert critical(freedom, 0.99) == pytest.approx(scipy.special.stdtrit(freedom, 0.995), rel=1e-9)


def test_the_chance_within_t_is_scipys_anywhere_on_the_scale():
    """The series of Abramowitz and Stegun is exact, in the middle and far out."""
    for t in (0.0, 0.1, 1.0, 12.0):
        for freedom in (1, 2, 7, 8):
            assert within(t, freedom) == pytest.approx(1 - 2 * scipy.special.stdtr(freedom, -t), abs=1e-12)


def test_there_is_no_critical_value_without_a_degree_of_freedom():
    """One round says nothing of how rounds differ."""
    with pytest.raises(ValueError, match="0 degrees"):
        critical(0)
