"""Figures that interventions are judged by: a call's wait for a blocked loop is part of its latency."""

from harness.diagnose.figures import figures
from harness.record import Call, Slot

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
