"""A launch: what becomes of orders, and of workers that die, hang or print."""

import os
import signal

import psutil
import pytest

from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.record import Cell
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order


@pytest.fixture(scope="module")
def server():
    """One mock server that answers at once."""
    with start(mock_command("instant", 4, 7)) as running:
        yield running


@pytest.fixture(scope="module")
def launch():
    """A worker process that goes on after each test: slots of one launch do not see each other."""
    with Launch(None, 7) as running:
        yield running


@pytest.fixture
def doomed():
    """A worker process for a test that ends it."""
    with Launch(None, 7) as running:
        yield running


def _order(server, strategy="gather", client="aiohttp", loop="asyncio"):
    cell = Cell("strategies", client, strategy, loop, 2)
    return Order(cell, 3, 4, 2, server.base_url, seed=7, executor=3, timeout=30, max_retries=0)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_slot_gives_its_calls_and_what_the_clock_said(server, launch, loop):
    """Four calls and two warm-up calls, all within the slot's times."""
    answer = launch.slot(_order(server, loop=loop), 30)
    calls = [call for call in answer.calls if not call.warmup]
    timed = answer.timed
    assert [call.index for call in calls] == [0, 1, 2, 3]
    assert len(answer.calls) == 6
    assert all(timed.started <= call.sent <= call.done <= timed.ended for call in calls)
    assert timed.cpu > 0


def test_slots_of_one_launch_do_not_see_each_other(server, launch):
    """A second slot on another loop works like the first: nothing of a client outlives its slot."""
    for loop in ("asyncio", "uvloop", "asyncio"):
        assert not [call.error for call in launch.slot(_order(server, loop=loop), 30).calls if call.error]


def test_an_application_says_which_methods_it_has(server, launch):
    """Bare aiohttp can be awaited and streamed; it has no batch."""
    assert set(launch.methods(_order(server), 30)) == {"ainvoke", "astream"}


def test_a_wrong_name_is_a_mistake_and_the_launch_goes_on(server, launch):
    """The worker answers with what there is."""
    with pytest.raises(Mistake, match="nonsense"):
        launch.slot(_order(server, strategy="nonsense"), 30)
    assert launch.methods(_order(server), 30)


def test_a_worker_that_dies_is_said_to_have_died(server, doomed):
    """The signal is named, so that an out-of-memory kill can be told from a crash."""
    os.kill(doomed.pid, signal.SIGKILL)
    with pytest.raises(WorkerFailure, match="signal 9"):
        doomed.slot(_order(server), 30)


def test_a_slot_that_hangs_is_given_up_on(server, doomed):
    """The worker is ended with it."""
    with pytest.raises(WorkerFailure, match="no answer within"):
        doomed.slot(_order(server), 0.0)
    doomed.end()
    assert not psutil.pid_exists(doomed.pid)
