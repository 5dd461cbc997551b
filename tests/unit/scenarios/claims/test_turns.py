"""Turns of the loop: none while a function blocks it, some while one waits or blocks a thread."""

import asyncio
import time

import pytest

from overlap.scenarios.claims._turns import Turns

LONG = 0.02


async def fewest(start):
    """The turns that the loop had during `start(turns)`."""
    async with Turns() as turns:
        await start(turns)
        return turns.fewest


@pytest.mark.parametrize(
    ("start", "some"),
    [
        (lambda turns: turns.while_awaiting(asyncio.sleep)(LONG), True),
        (lambda turns: asyncio.to_thread(turns.during(time.sleep), LONG), True),
        (lambda turns: blocking(turns.during(time.sleep)), False),
    ],
    ids=["waiting", "in a thread", "on the loop"],
)
def test_the_loop_has_turns_unless_it_is_blocked(start, some):
    """Which is what verdicts about blocking turn on: a count, and no time."""
    assert (asyncio.run(fewest(start)) > 0) is some


def test_without_a_step_nothing_is_known():
    """None, and not zero turns."""

    async def nothing(_):
        await asyncio.sleep(0)

    assert asyncio.run(fewest(nothing)) is None


async def blocking(step):
    """Block the loop."""
    step(LONG)
