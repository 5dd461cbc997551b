"""The SLO of a load run, judged call by call."""

import pytest

from overlap.harness.load.slo import LEFT, STOPPED, limits
from overlap.harness.model.record import Call
from overlap.harness.text.mistakes import Mistake

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


@pytest.mark.parametrize(
    ("words", "call", "judged"),
    [
        # Cut off 25 s after its start: nobody would have waited that long for any limit of 2 s.
        ("e2e=2", Call("chat", 0, 0, 0, 25_000 * MS, error=STOPPED), 1),
        ("e2e=2", Call("chat", 0, 0, 0, 1_900 * MS, error=STOPPED), 0),
        # In an open loop the wait counts from when the call was due.
        ("e2e=2", Call("chat", 0, 0, 1_500 * MS, 2_100 * MS, due=0, error=STOPPED), 1),
        # The first token never came, and was late already.
        ("ttft=0.5", Call("chat", 0, 0, 0, 600 * MS, error=STOPPED), 1),
        ("ttft=0.5", Call("chat", 0, 0, 0, 400 * MS, error=STOPPED), 0),
        # It had come in time: how the call would have gone on is not known.
        ("ttft=0.5,e2e=2", Call("chat", 0, 0, 0, 600 * MS, chunks=[100 * MS], error=STOPPED), 0),
        ("ttft=0.5", Call("chat", 0, 0, 0, 900 * MS, chunks=[700 * MS], error=STOPPED), 1),
        # The gap since the last token was longer than any may be.
        ("itl=0.1", Call("chat", 0, 0, 0, 900 * MS, chunks=[100 * MS, 150 * MS], error=STOPPED), 1),
        ("itl=0.1", Call("chat", 0, 0, 0, 200 * MS, chunks=[100 * MS, 150 * MS], error=STOPPED), 0),
        ("e2e=2", Call("chat", 0, 0, 0, 3_000 * MS, error=LEFT), 1),
        ("e2e=2", Call("chat", 0, 0, 0, 1_000 * MS, error=LEFT), 0),
        ("e2e=2", Call("chat", 0, 0, 10, 10, due=0, error="NotStarted"), 1),
    ],
)
def test_a_call_that_was_cut_off_counts_by_the_limit_it_had_passed(words, call, judged):
    """Never in its favour: it is missed, or left out."""
    verdict = limits(words, 1).judge([call])
    assert (verdict.calls, verdict.kept) == (judged, 0)


def test_a_service_that_hangs_misses_its_slo():
    """1,000 calls of 0.3 s, then 100 users wait 25 s for an answer: 1,000 of 1,100 kept 2 s."""
    good = [Call("a", 0, n, 0, 300 * MS) for n in range(1000)]
    verdict = limits("e2e=2", 0.95).judge(
        good + [Call("a", 0, n, 0, 25_000 * MS, error=STOPPED) for n in range(100)]
    )
    assert not verdict.met
    assert "90.9% of 1,100 calls" in str(verdict)


def test_an_outage_in_an_open_loop_is_counted_by_what_was_due():
    """100 a second for 60 s, gone from second 50 on: 5,000 of 6,000 are 83.3 %, however few were sent after."""
    good = [Call("a", 0, n, n * 10 * MS, (n * 10 + 300) * MS, due=n * 10 * MS) for n in range(5000)]
    cut = [Call("a", 0, n, 50_000 * MS, 70_000 * MS, due=50_000 * MS, error=STOPPED) for n in range(200)]
    never = [Call("a", 0, n, 60_000 * MS, 60_000 * MS, due=59_000 * MS, error="NotStarted") for n in range(800)]
    verdict = limits("e2e=2", 0.95).judge(good + cut + never)
    assert "SLO missed: 83.3% of 6,000 calls" in str(verdict)


def test_a_bad_endpoint_does_not_hide_among_good_ones():
    """97 % of all calls are in time, and none of the agent's."""
    good = [Call("chat", 0, n, 0, 100 * MS) for n in range(97)]
    verdict = limits("e2e=2", 0.95).judge(good + [Call("agent", 0, n, 0, 9_000 * MS) for n in range(3)])
    assert not verdict.met
    first, agent, chat = verdict.lines()
    assert first == "SLO missed: 97.0% of 100 calls with e2e ≤ 2000 ms (95 % wanted, of each endpoint)"
    assert agent == "  agent: missed, 0.0% of 3 calls"
    assert chat == "  chat: met, 100.0% of 97 calls"


def test_calls_of_no_known_endpoint_count_among_all_and_make_no_endpoint():
    """One call of a hundred that found no free user does not fail an SLO of 95 %."""
    good = [Call(name, 0, n, 0, 100 * MS) for n in range(50) for name in ("chat", "agent")]
    verdict = limits("e2e=2", 0.95).judge([*good, Call("not sent", 0, 0, 9, 9, due=0, error="NotStarted")])
    assert verdict.met
    assert verdict.calls == 101
    assert set(verdict.parts) == {"chat", "agent"}


def test_the_first_of_an_answer_that_comes_whole_is_all_of_it():
    """Its user saw nothing before."""
    asked = limits("ttft=0.5", 1)
    assert asked.judge([Call("chat", 0, 0, 0, 400 * MS, streamed=False)]).met
    assert not asked.judge([Call("chat", 0, 0, 0, 600 * MS, streamed=False)]).met


def test_a_share_that_is_missed_is_not_rounded_up_to_the_one_that_is_wanted():
    """9,496 of 10,000 are not 95.0 %."""
    calls = [Call("a", 0, n, 0, (100 if n < 9_496 else 9_000) * MS) for n in range(10_000)]
    assert str(limits("e2e=2", 0.95).judge(calls)).startswith("SLO missed: 94.96% of 10,000")


def test_a_limit_of_hours_is_written_in_full():
    """5,000 seconds are 5000000 ms, and not 5e+06."""
    assert "e2e ≤ 5000000 ms" in str(limits("e2e=5000", 0.95).judge([Call("chat", 0, 0, 0, 100 * MS)]))
