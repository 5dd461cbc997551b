"""A slowdown planted on purpose: every way of calling pays it, once a call, and answers as before."""

import asyncio
from time import thread_time_ns

import pytest

from overlap.harness.worker.slowdown import Burning, burn

EACH = 300_000


class App:
    """Has every method the strategies know; streams give three pieces."""

    def invoke(self, prompt):
        """Answer."""
        return prompt

    async def ainvoke(self, prompt):
        """Answer, awaited."""
        return prompt

    def batch(self, prompts):
        """Return all."""
        return list(prompts)

    async def abatch(self, prompts):
        """Return all, awaited."""
        return list(prompts)

    async def abatch_as_completed(self, prompts):
        """Yield each with its place."""
        for pair in enumerate(prompts):
            yield pair

    def stream(self, prompt):
        """Yield three pieces."""
        yield from (prompt, "b", "c")

    async def astream(self, prompt):
        """Yield three pieces, awaited."""
        for piece in (prompt, "b", "c"):
            yield piece


async def _all(pieces):
    return [piece async for piece in pieces]


WAYS = {
    "invoke": (lambda app: app.invoke("a"), 1, "a"),
    "ainvoke": (lambda app: asyncio.run(app.ainvoke("a")), 1, "a"),
    "batch": (lambda app: app.batch(["a", "b"]), 2, ["a", "b"]),
    "abatch": (lambda app: asyncio.run(app.abatch(["a", "b"])), 2, ["a", "b"]),
    "abatch_as_completed": (
        lambda app: asyncio.run(_all(app.abatch_as_completed(["a", "b"]))),
        2,
        [(0, "a"), (1, "b")],
    ),
    "stream": (lambda app: list(app.stream("a")), 1, ["a", "b", "c"]),
    "astream": (lambda app: asyncio.run(_all(app.astream("a"))), 1, ["a", "b", "c"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_call_pays_once_and_answers_as_before(way, monkeypatch):
    """A stream pays at its first piece and not for each, a batch for each of its calls."""
    paid = []
    monkeypatch.setattr("overlap.harness.worker.slowdown.burn", paid.append)
    call, calls, answer = WAYS[way]
    assert call(Burning(App(), EACH)) == answer
    assert sum(paid) == calls * EACH


def test_what_is_burnt_is_processor_time():
    """Of the thread that calls, and no less than asked."""
    before = thread_time_ns()
    burn(2_000_000)
    assert thread_time_ns() - before >= 2_000_000


def test_a_method_that_the_application_lacks_is_lacking():
    """So the same strategies apply as without."""
    assert not hasattr(Burning(object(), EACH), "ainvoke")
