"""Figures that interventions are judged by: a call's wait for a blocked loop is part of its latency."""

from overlap.harness.diagnose.figures import figures
from overlap.harness.model.record import Call, Slot

MS = 1_000_000


def slot(calls):
    """A slot of *calls* that began at 0."""
    return Slot("app", 0, 0, len(calls), 0, max(call.done for call in calls), 0)


def test_a_synchronous_client_in_async_code_is_slow_from_the_moment_a_call_could_start():
    """Four calls at once, 250 ms each, one after the other: the last could have started at 0 and ended at 1 s."""
    blocked = [Call("app", 0, index, index * 250 * MS, (index + 1) * 250 * MS) for index in range(4)]
    at_once = [Call("app", 0, index, 0, 260 * MS) for index in range(4)]
    before, after = figures(slot(blocked), blocked, 4), figures(slot(at_once), at_once, 4)
    assert before["p50"] == 625 * MS
    assert after["p50"] == 260 * MS
    # By each call's own clock, the blocked ones would be the faster ones.
    assert all(call.done - call.sent < 260 * MS for call in blocked)


def test_a_call_that_waits_for_a_place_has_not_waited():
    """Two places, four calls of 100 ms: the third could not start before the first had ended."""
    calls = [Call("app", 0, index, index // 2 * 100 * MS, (index // 2 + 1) * 100 * MS) for index in range(4)]
    assert figures(slot(calls), calls, 2)["p95"] == 100 * MS


def test_a_first_token_is_late_by_the_wait_too():
    """Sent 50 ms after it could be, seen 100 ms later."""
    calls = [Call("app", 0, 0, 50 * MS, 200 * MS, chunks=[100 * MS])]
    assert figures(slot(calls), calls, 1)["ttft"] == 150 * MS


def answered_and_failed(failed):
    """Sixteen calls at once of 100 to 115 ms, of which the first *failed* fail after 1 ms."""
    return [
        Call("app", 0, k, 0, MS, error="HTTP 500") if k < failed else Call("app", 0, k, 0, (100 + k) * MS)
        for k in range(16)
    ]


def test_a_failed_call_is_slower_than_any_that_was_answered():
    """Of 105 to 115 ms and five beyond, the median is the mean of the 8th and 9th; the p95 is among the failed."""
    calls = answered_and_failed(5)
    found = figures(slot(calls), calls, 16)
    assert found["p50"] == 112.5 * MS
    assert (found["p95"], found["total"], found["errors"]) == (None, None, 5)
    # Place (16 + 1/3) * 0.95 + 1/3 = 15.85, among those that did not fail.
    assert 114 * MS < found["ended"] < 115 * MS


def test_where_every_call_fails_no_latency_is_known():
    """How soon they failed is no latency."""
    calls = answered_and_failed(16)
    found = figures(slot(calls), calls, 16)
    assert (found["p50"], found["p95"], found["ttft"]) == (None, None, None)


def test_a_first_token_that_never_came_is_later_than_any():
    """One of three failed before it: the median is the slower of the other two."""
    calls = [Call("app", 0, k, 0, 200 * MS, chunks=[(100 + k) * MS]) for k in range(2)]
    calls.append(Call("app", 0, 2, 0, MS, error="HTTP 500"))
    assert figures(slot(calls), calls, 3)["ttft"] == 101 * MS
