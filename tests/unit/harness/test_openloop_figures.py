"""What open loops reach, beside what the machine does by itself."""

from harness.openloop_figures import alone, late


def test_a_sleeper_is_as_often_woken_as_asked_and_never_early():
    """Its lateness is the machine's: nothing else is done between two due times."""
    lags = alone(rate=1000, seconds=0.02)
    assert len(lags) == 20
    assert min(lags) >= 0


def test_a_quantile_of_lags_is_what_so_many_do_not_exceed():
    """The hundredth of a hundred is the longest."""
    assert [late(range(100), q) for q in (0.5, 0.99, 1.0)] == [50, 99, 99]
