"""Several workers and one open loop: every call made once, by whom, on one clock, and what their times come to."""

from dataclasses import replace

import psutil
import pytest

from overlap.harness.bench.worker_group import team
from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.config import RunConfig
from overlap.harness.model.record import Cell, Lag, Pauses
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import Timed, added

CALLS, WARM = 11, 2


@pytest.fixture(scope="module")
def server():
    """One mock server that answers at once."""
    with start(mock_command("instant", 2, 7)) as running:
        yield running


def _order(server, client="aiohttp", arrivals="constant,rate=100", processes=3):
    cell = Cell("strategies", client, "ainvoke" if arrivals else "gather", "asyncio", 4, arrivals=arrivals)
    return Order(
        cell,
        0,
        CALLS,
        WARM,
        server.base_url,
        seed=7,
        executor=3,
        timeout=30,
        max_retries=0,
        arrivals=arrivals,
        patience=20,
        processes=processes if arrivals else 1,
    )


def _due(processes, server):
    """When each call was due, in ns after the first."""
    with team(processes, (None,), 7) as workers:
        calls = workers.slot(_order(server, processes=processes), 30).calls
    due = {call.index: call.due for call in calls if not call.warmup}
    return {index: at - due[0] for index, at in due.items()}


def test_every_call_is_made_once_and_no_two_have_a_tag_in_common(server):
    """Eleven calls among three, whose warm-up calls have names of their own: all find their journal entries."""
    with team(3, (None,), 7) as workers:
        answer = workers.slot(order := _order(server), 30)
    names = sorted((call.warmup, call.index) for call in answer.calls)
    assert names == [(False, index) for index in range(CALLS)] + [(True, index) for index in range(3 * WARM)]
    assert len(names) == order.total_calls
    assert [call.error for call in answer.calls] == [None] * len(names)
    timed = answer.timed
    assert timed.processes == 3
    counted = [call for call in answer.calls if not call.warmup]
    assert all(timed.started <= call.sent <= call.done <= timed.ended for call in counted)
    assert timed.offered.count == CALLS


def test_the_plan_is_that_of_one_process(server):
    """Due times do not depend on how many share them out, and count from one start."""
    assert _due(3, server) == _due(1, server)


def workers_alive():
    """Return the worker processes that this one has started and that have not ended."""
    there = [each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE]
    return [each for each in there if "overlap.harness.worker.main" in each.cmdline()]


def test_a_closed_loop_is_one_workers(server):
    """There is nothing to share out."""
    with team(2, (None,), 7) as workers:
        answer = workers.slot(_order(server, arrivals=""), 30)
    assert len(answer.calls) == CALLS + WARM
    assert answer.timed.processes is None


def test_a_client_that_cannot_be_built_breaks_the_slot_and_leaves_nobody_waiting(server):
    """The first says what is wrong in place of being ready; the others end with the team."""
    with team(2, (None,), 7) as workers, pytest.raises((WorkerFailure, Mistake), match="nonsense"):
        workers.slot(_order(server, client="nonsense"), 30)
    assert workers_alive() == []


def test_those_that_are_ready_end_when_nobody_says_start(server):
    """A parent that goes leaves no worker behind that waits for its word."""
    with Launch(None, 7) as worker:
        worker.say({"slot": _order(server, processes=2)})
        assert "ready" in worker.heard(30)
        assert len(workers_alive()) == 1
    assert workers_alive() == []


@pytest.mark.slow
def test_who_hangs_is_named_by_the_seconds_that_were_given(server):
    """However few of them were left for the last word."""
    order = replace(_order(server, arrivals="constant,rate=1"), processes=2)
    with team(2, (None,), 7) as workers, pytest.raises(WorkerFailure, match="no answer within 3 s"):
        workers.slot(order, 3)


def test_workers_in_the_middle_of_a_slot_end_side_by_side(server, monkeypatch):
    """Each has the same seconds to end by itself, and not one after the other's."""
    given = []
    end = Launch.end
    monkeypatch.setattr(Launch, "end", lambda self, patience: given.append(patience) or end(self, patience))
    monkeypatch.setattr("overlap.harness.bench.worker_group.PATIENCE", 0.3)
    workers = team(3, (None,), 7)
    for each in workers._launches:
        each.say({"slot": replace(_order(server, arrivals="constant,rate=1"), processes=1)})
    workers.end()
    assert given[0] > 0
    assert given[1:] == [0.0, 0.0]
    assert workers_alive() == []


def test_times_are_added_up_or_the_worst_stands_for_all():
    """What is lacking in one is lacking in none; what is lacking everywhere stays unknown."""
    one = Timed(5, 9, 3, lag=Lag(1, 5, 6, 10), beats=2, awake=False, tasks=0, threads=1)
    two = replace(one, started=4, ended=8, gc=Pauses(1, 7, 7), tasks=None, lag=Lag(2, 4, 8, 20))
    assert added([one, two]) == Timed(
        started=4,
        ended=9,
        cpu=6,
        beats=4,
        lag=Lag(p50=2, p99=5, max=8, count=30),
        gc=Pauses(1, 7, 7),
        awake=False,
        tasks=0,
        threads=2,
        processes=2,
    )
    three = replace(two, gc=Pauses(count=2, total=5, longest=4), lag=Lag(1, None, 2, 3))
    assert added([two, three]).gc == Pauses(count=3, total=12, longest=7)
    assert added([two, three]).lag == Lag(2, 4, 8, 23)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"processes": 2}, "give it arrivals"),
        ({"processes": 0, "arrivals": "poisson"}, "between 1 and"),
        ({"processes": 65, "arrivals": "poisson"}, "between 1 and 64"),
        ({"processes": 2, "arrivals": "poisson", "base_url": "http://127.0.0.1:1/v1"}, "budget"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(given, said):
    """Before anything is started."""
    with pytest.raises(Mistake, match=said):
        RunConfig(**given)
