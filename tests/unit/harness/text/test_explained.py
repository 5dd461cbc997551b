"""What explains lost time: waits for a thread, garbage collections, connections opened."""

import asyncio
import gc
import threading
import time

import pytest

from overlap.harness.mock.join import opened
from overlap.harness.model.record import Call, Pauses, Queue, Served
from overlap.harness.worker.executor import StampedExecutor, Waits
from overlap.harness.worker.gc_pauses import Collections


@pytest.fixture
def waits():
    """Return the book of a slot, which is that of every stamped executor made meanwhile."""
    with Waits() as book:
        yield book


def test_work_that_finds_no_free_thread_waits_and_is_seen_to(waits):
    """One thread, and work that holds it for 20 ms after more was handed over: what came later waited for that."""
    free = threading.Event()
    with StampedExecutor(1) as threads:
        first, second = threads.submit(free.wait), threads.submit(lambda: 2)
        time.sleep(0.02)
        free.set()
        assert (first.result(), second.result()) == (True, 2)
    waited = waits.queue
    assert waited.count == 2
    assert waited.max >= 20_000_000


def test_the_loop_hands_its_work_over_as_it_does_to_its_own_executor(waits):
    """Answers come back in their places."""

    async def main() -> list[int]:
        asyncio.get_running_loop().set_default_executor(StampedExecutor(1))
        return await asyncio.gather(*(asyncio.to_thread(int, number) for number in ("1", "2")))

    assert asyncio.run(main()) == [1, 2]
    assert waits.queue.count == 2


def test_an_error_in_a_thread_comes_out_as_it_went_in(waits):
    """What is stamped behaves like what is not."""
    with StampedExecutor(1) as threads:
        with pytest.raises(ZeroDivisionError):
            threads.submit(lambda: 1 // 0).result()
        assert threads.submit(dict, a=1).result() == {"a": 1}
    assert waits.queue.count == 2


def test_a_queue_that_nothing_went_through_is_unknown(waits):
    """Nothing was handed over since the last slot: None, and not a wait of 0."""
    with StampedExecutor(1) as threads:
        threads.submit(int).result()
    waits.forget()
    assert waits.queue is None


def test_the_book_of_waits_has_the_count_the_median_and_the_longest(waits):
    """Three waits of 10, 30 and 20."""
    for wait in (10, 30, 20):
        waits.note(wait)
    assert waits.queue == Queue(3, 20, 30)


def test_each_slot_has_a_book_of_its_own(waits):
    """An executor writes into the book it was made under, whatever slot is open later."""
    with StampedExecutor(1) as threads:
        with Waits() as later:
            threads.submit(int).result()
            with StampedExecutor(1) as others:
                others.submit(int).result()
                others.submit(int).result()
                others.submit(int).result()
        threads.submit(int).result()
    assert (waits.queue.count, later.queue.count) == (2, 3)


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


def test_half_of_two_waits_is_the_mean_of_both(waits):
    """As in every other median: of an even number, the middle of the two in the middle."""
    for wait in (10, 2, 4, 20):
        waits.note(wait)
    assert waits.queue == Queue(4, 7, 20)
