"""
A stall of one second, seen from when calls were due and from when they were sent.

A hundred calls a second on one place; one of them takes a second longer. While it does, nothing can be
sent, so a clock that starts with sending sees one slow call in two hundred. The lower bounds are exact: a call
that is due while the place is taken cannot end before it is free. A busy machine makes waits longer, never
shorter; from sent, 19 calls in 20 would have to take half a second instead of 2 ms to upset the upper bound.
"""

import sys
from itertools import pairwise

import pytest

from overlap.harness.bench.run import run
from overlap.harness.model.config import config_from
from overlap.harness.stats.quantiles import of_round
from overlap.harness.store import run_files

STALL = 1_000_000_000
GAP = 10_000_000
CALLS = 200


@pytest.fixture(scope="module")
def stalled(tmp_path_factory):
    """Two seconds of calls on a bare socket, of which the server keeps one for a second."""
    mock = f"{sys.executable} -m overlap.mock_server --port 0 --profile steady,ttft=0.002,itl=0 --tokens 1"
    config = config_from(
        {
            "scenarios": ("strategies",),
            "clients": "floor",
            "strategies": "gather_bounded",
            "concurrency": "1",
            "arrivals": "constant,rate=100",
            "calls": str(CALLS),
            "rounds": "1",
            "server": f"{mock} --fault stall,after=0,seconds=1,tag=000060",
            "calibrate": "0",
            "results": tmp_path_factory.mktemp("results"),
        }
    )
    outcome = run(config, lambda _: None)
    assert outcome.faults == ()
    calls = [call for call in run_files.read(outcome.folder).calls if not call.warmup]
    return sorted(calls, key=lambda call: call.index)


def test_the_plan_does_not_move(stalled):
    """Every call is due when it was planned to be, to the nanosecond, stall or no stall, and none is left out."""
    assert [later.due - earlier.due for earlier, later in pairwise(stalled)] == [GAP] * (CALLS - 1)


def test_latency_from_due_shows_the_queue(stalled):
    """The hundredth worst of two hundred calls waited for most of the second."""
    [p99] = of_round([call.e2e for call in stalled], [0.99])
    assert p99 > 0.95 * STALL
    for call in stalled[61:100]:
        assert call.e2e >= STALL - (call.due - stalled[60].due)


def test_latency_from_sent_would_have_hidden_it(stalled):
    """Coordinated omission: while the caller waits, it measures nothing."""
    [p95] = of_round([call.done - call.sent for call in stalled], [0.95])
    [from_due] = of_round([call.e2e for call in stalled], [0.99])
    assert p95 < from_due / 2


def test_the_wait_is_called_schedule_lag(stalled):
    """Sent - due: nothing at first, about a second behind the stall."""
    assert max(call.lag for call in stalled) > 0.95 * STALL
    assert all(call.lag >= 0 for call in stalled)
