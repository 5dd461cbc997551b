"""The SLO of a load run, judged call by call."""

import pytest

from harness.config import Mistake
from harness.load.slo import STOPPED, limits
from harness.record import Call

MS = 1_000_000


def _call(ttft, e2e, error=None, *, warmup=False):
    return Call("chat", 0, 0, 0, e2e * MS, chunks=[ttft * MS] if ttft else [], error=error, warmup=warmup)


def test_a_call_must_keep_every_limit():
    """400 ms to the first token and 1.9 s in all are within 0.5 and 2; neither of the others is."""
    asked = limits("ttft=0.5, e2e=2", 1)
    assert asked.judge([_call(400, 1900)]).met
    assert not asked.judge([_call(600, 1900)]).met
    assert not asked.judge([_call(400, 2100)]).met


def test_a_failed_call_keeps_no_limit():
    """However quickly it failed."""
    assert not limits("e2e=2", 1).judge([_call(None, 1, "HTTP 500")]).met


def test_what_is_not_known_is_not_within_a_limit():
    """A call without a chunk has no TTFT that could have been in time."""
    assert not limits("ttft=0.5", 1).judge([_call(None, 100)]).met


@pytest.mark.parametrize(("share", "met"), [(0.75, True), (0.76, False)])
def test_as_many_calls_as_asked_must_keep_them(share, met):
    """Three of four are 75 %."""
    judged = limits("e2e=2", share).judge([_call(1, 100), _call(1, 100), _call(1, 2000), _call(1, 2001)])
    assert (judged.calls, judged.kept, judged.met) == (4, 3, met)


def test_warm_up_and_calls_that_we_cut_off_are_not_judged():
    """Neither says anything about the service."""
    judged = limits("e2e=2", 1).judge([_call(1, 100), _call(1, 9000, warmup=True), _call(1, 100, STOPPED)])
    assert (judged.calls, judged.met) == (1, True)


def test_no_call_at_all_is_no_success():
    """A run that measured nothing must not turn a pipeline green."""
    assert not limits("e2e=2", 0.5).judge([]).met


@pytest.mark.parametrize("words", ["speed=1", "e2e", "e2e=fast", "e2e=0", "e2e=-1", "e2e=inf", "e2e=nan", ""])
def test_limits_that_mean_nothing_are_refused(words):
    """An unknown metric, no number, or none above zero."""
    with pytest.raises(Mistake, match="slo:"):
        limits(words, 0.95)
