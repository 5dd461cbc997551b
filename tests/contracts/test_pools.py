"""Waits for a connection are seen in every client that has a pool, and only where somebody waited."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier

import pytest

from overlap.harness import registry
from overlap.harness.mock.journal import take
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import CLIENTS
from overlap.harness.worker.pool_waits import WAITS, PoolWaits
from overlap.harness.worker.slot import close

pytestmark = pytest.mark.langchain

CALLS = 3


@pytest.fixture(scope="module")
def server():
    """Answers take 60 ms, so that calls at once meet, however slowly a client begins its own."""
    with start(mock_command("steady,ttft=0.06,itl=0", 2, 7)) as running:
        yield running


def _made(name, server, places):
    endpoint = Endpoint(f"{server.base_url}/v1", max_connections=places)
    return registry.load(CLIENTS, name).client(endpoint)


async def _at_once(name, server, places):
    client = _made(name, server, places)
    try:
        with PoolWaits(client) as pools:
            await asyncio.gather(*(client.ainvoke(f"call {number}") for number in range(CALLS)))
    finally:
        await close(client, client)
    return pools.queue


@pytest.mark.parametrize("name", registry.names(CLIENTS))
def test_who_finds_the_pool_full_is_counted(name, server):
    """With one place two of three calls wait, for an answer of 60 ms at least; the server sees one at once."""
    take(server.base_url)
    queue = asyncio.run(_at_once(name, server, places=1))
    assert take(server.base_url).peak == 1
    assert queue.count >= CALLS - 1
    assert queue.max >= 59_000_000


@pytest.mark.parametrize("name", registry.names(CLIENTS))
def test_nobody_waits_where_there_is_room(name, server):
    """A count of 0, which is known."""
    assert asyncio.run(_at_once(name, server, places=CALLS)).count == 0


@pytest.mark.parametrize("name", registry.names(CLIENTS))
def test_threads_that_wait_are_counted_too(name, server):
    """The blocking half of a client has a pool of its own."""
    client = _made(name, server, places=1)
    try:
        if not hasattr(client, "invoke"):
            return
        take(server.base_url)
        together = Barrier(CALLS, timeout=20)

        def call(number):
            together.wait()
            client.invoke(str(number))

        with PoolWaits(client) as pools, ThreadPoolExecutor(CALLS) as threads:
            list(threads.map(call, range(CALLS)))
        assert (pools.queue.count >= CALLS - 1) is (take(server.base_url).peak == 1)
    finally:
        asyncio.run(close(client, client))


def test_what_was_wrapped_is_as_it_was_afterwards():
    """Nothing of the watch outlives a slot."""

    def methods():
        owners = [(getattr(import_module(module), name, None), method) for module, name, method, _ in WAITS]
        return [getattr(owner, method, None) for owner, method in owners]

    before = methods()
    assert None not in before
    with PoolWaits():
        assert all(now is not then for now, then in zip(methods(), before, strict=True))
    assert methods() == before


def test_without_a_library_to_watch_the_figure_is_unknown(monkeypatch):
    """A version that has moved its method is not taken for one in which nobody waits."""
    monkeypatch.setattr("overlap.harness.worker.pool_waits.WAITS", (("no.such.module", "Pool", "wait", bool),))
    with PoolWaits() as pools:
        pass
    assert pools.queue is None
