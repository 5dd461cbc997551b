"""What a slot leaves behind."""

import asyncio
import threading

from overlap.harness.worker.leftovers import Leftovers


def test_tasks_and_threads_that_do_not_end_are_counted():
    """Those that were there before, and those that end by themselves, are none of the slot's."""
    released = threading.Event()
    before = threading.Thread(target=released.wait)
    before.start()
    left = Leftovers()

    async def slot():
        tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(2)]
        done = asyncio.create_task(asyncio.sleep(0))
        await done
        await left.count_tasks()
        for task in tasks:
            task.cancel()

    asyncio.run(slot())
    brief, stays = threading.Thread(target=int), threading.Thread(target=released.wait)
    brief.start()
    stays.start()
    try:
        assert (left.tasks, left.threads()) == (2, 1)
    finally:
        released.set()
        before.join()
        stays.join()


def test_nothing_is_left_where_nothing_was_begun():
    """Neither the loop nor its executor counts."""
    left = Leftovers()

    async def slot():
        await asyncio.to_thread(int)
        await left.count_tasks()

    asyncio.run(slot())
    assert (left.tasks, left.threads()) == (0, 0)
