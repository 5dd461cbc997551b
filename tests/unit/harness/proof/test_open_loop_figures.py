"""What open loops reach, beside what the machine does by itself."""

from overlap.harness.proof.open_loop_figures import alone, shown


def test_a_sleeper_is_as_often_woken_as_asked_and_never_early():
    """Its lateness is the machine's: nothing else is done between two due times."""
    lags = alone(rate=1000, seconds=0.02)
    assert len(lags) == 20
    assert min(lags) >= 0


def test_what_is_shown_of_lags_is_answered_for_the_verdict(capsys):
    """The p99 of 0 to 99 ms has place (100 + 1/3) 0.99 + 1/3 = 99.66, so 98.66 ms; of none, nothing is late."""
    assert shown("sent - due", [number * 1_000_000 for number in range(100)]) == 98_663_333
    assert "p50 49.500 ms, p99 98.663 ms, longest 99.000 ms, of 100" in capsys.readouterr().out
    assert shown("sent - due", []) == 0
