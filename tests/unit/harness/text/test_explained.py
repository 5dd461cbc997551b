"""What explains lost time: waits for a thread, garbage collections, connections opened."""

import asyncio
import gc
import threading
import time

import pytest

from overlap.harness.mock.join import opened
from overlap.harness.model.record import Call, Pauses, Queue, Served
from overlap.harness.worker import executor
from overlap.harness.worker.executor import StampedExecutor
from overlap.harness.worker.gc_pauses import Collections


@pytest.fixture(autouse=True)
def _fresh():
    """Leave nothing in the process's one book."""
    executor.forget()
    yield
    executor.forget()


def test_work_that_finds_no_free_thread_waits_and_is_seen_to():
    """One thread, and work that holds it for 20 ms after more was handed over: what came later waited for that."""
    free = threading.Event()
    with StampedExecutor(1) as threads:
        first, second = threads.submit(free.wait), threads.submit(lambda: 2)
        time.sleep(0.02)
        free.set()
        assert (first.result(), second.result()) == (True, 2)
    waited = executor.queue()
    assert waited.count == 2
    assert waited.max >= 20_000_000


def test_the_loop_hands_its_work_over_as_it_does_to_its_own_executor():
    """Answers come back in their places."""

    async def main() -> list[int]:
        asyncio.get_running_loop().set_default_executor(StampedExecutor(1))
        return await asyncio.gather(*(asyncio.to_thread(int, number) for number in ("1", "2")))

    assert asyncio.run(main()) == [1, 2]
    assert executor.queue().count == 2


def test_an_error_in_a_thread_comes_out_as_it_went_in():
    """What is stamped behaves like what is not."""
    with StampedExecutor(1) as threads:
        with pytest.raises(ZeroDivisionError):
            threads.submit(lambda: 1 // 0).result()
        assert threads.submit(dict, a=1).result() == {"a": 1}
    assert executor.queue().count == 2


def test_a_queue_that_nothing_went_through_is_unknown():
    """Nothing was handed over since the last slot: None, and not a wait of 0."""
    with StampedExecutor(1) as threads:
        threads.submit(int).result()
    executor.forget()
    assert executor.queue() is None


def test_the_book_of_waits_has_the_count_the_median_and_the_longest(monkeypatch):
    """Three waits of 10, 30 and 20."""
    monkeypatch.setattr(executor, "_waits", [10, 30, 20])
    assert executor.queue() == Queue(3, 20, 30)


def test_every_collection_is_timed_while_it_counts_and_none_afterwards():
    """Two by hand inside, one outside; the callback is gone with the context."""
    callbacks = list(gc.callbacks)
    gc.disable()
    try:
        with Collections() as collections:
            gc.collect()
            gc.collect()
        gc.collect()
    finally:
        gc.enable()
    seen = collections.pauses
    assert seen.count == 2
    assert seen.longest <= seen.total
    assert seen.longest > 0
    assert gc.callbacks == callbacks


def test_no_collection_is_a_count_of_nothing():
    """It is known that there was none."""
    gc.disable()
    try:
        with Collections() as collections:
            pass
    finally:
        gc.enable()
    assert collections.pauses == Pauses(0, 0, 0)


def made(*connections: int | None, warmup: bool = False) -> Call:
    """A call whose requests came on these *connections*."""
    entries = tuple(Served(1, [1], [1], 2, connection=connection) for connection in connections)
    return Call("s", 0, 0, 0, 1, warmup=warmup, served=entries)


@pytest.mark.parametrize(
    ("calls", "count"),
    [
        ([made(1, warmup=True), made(2, warmup=True), made(1), made(2)], 0),
        ([made(1, warmup=True), made(1), made(2), made(2, 3)], 2),
        ([made(1), made(1)], 1),
        ([made(1, warmup=True)], None),
        ([made(1, warmup=True), made(None)], None),
        ([], None),
    ],
)
def test_connections_opened_are_those_that_no_warm_up_call_had_used(calls, count):
    """A pool that was warm opens none; without a journal nobody knows."""
    assert opened(calls) == count


def test_half_of_two_waits_is_the_mean_of_both(monkeypatch):
    """As in every other median: of an even number, the middle of the two in the middle."""
    monkeypatch.setattr(executor, "_waits", [10, 2, 4, 20])
    assert executor.queue() == Queue(4, 7, 20)
