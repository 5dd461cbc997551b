"""Every client against the mock server as it ships: what the server's journal says of their calls."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from overlap.harness import registry
from overlap.harness.mock.journal import take
from overlap.harness.mock.process import Server, mock_command, start
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.probe import item
from overlap.harness.streams.chunks import carries

pytestmark = pytest.mark.langchain

TOKENS = 7
every_client = pytest.mark.parametrize("name", registry.names("overlap.harness.clients"))


@pytest.fixture(scope="module")
def mock() -> Iterator[Server]:
    """One mock server for all tests of this file, answering at once."""
    with start(mock_command("instant", TOKENS, 1)) as server:
        yield server


@pytest.fixture(scope="module")
def slow_mock() -> Iterator[Server]:
    """One that takes long enough to answer for forty calls to arrive meanwhile."""
    with start(mock_command("steady,ttft=0.7,itl=0", TOKENS, 1)) as server:
        yield server


def made(name: str, mock: Server, **settings: Any) -> Any:
    """Make the client called *name* for the mock; what earlier tests left in the journal is taken out of it."""
    take(mock.base_url)
    return registry.load("overlap.harness.clients", name).client(
        Endpoint(f"{mock.base_url}/v1", timeout=10, **settings)
    )


async def heard(app: Any, prompt: str) -> list[Any]:
    """Return the pieces of a stream that carried output."""
    async with aclosing(app.astream(prompt)) as pieces:
        return [piece async for piece in pieces if carries(piece)]


@every_client
def test_each_call_is_one_first_attempt_on_one_kept_connection(name, mock):
    """Calls in turn, whole and streamed, share a connection; no client asks twice or opens more than it needs."""

    async def main() -> None:
        app = made(name, mock)
        for index in range(4):
            await app.ainvoke(item(index, "hello").prompt)
            await heard(app, item(10 + index, "hello").prompt)
        await app.aclose()

    asyncio.run(main())
    journal = take(mock.base_url)
    assert [tag for tag, _ in journal.entries] == [f"{n:06d}" for index in range(4) for n in (index, 10 + index)]
    assert [served.stream for _, served in journal.entries] == [False, True] * 4
    assert {(served.status, served.disconnected) for _, served in journal.entries} == {(200, False)}
    assert not any(served.attempt for _, served in journal.entries)
    assert len({served.connection for _, served in journal.entries}) == 1


@every_client
def test_a_stream_shows_as_many_pieces_as_the_server_sent_tokens(name, mock):
    """Roles, reasons and empty last chunks are no pieces; none is lost, joined or added, with usage or without."""

    async def main() -> list[int]:
        counts = []
        for usage in (False, True):
            app = made(name, mock, stream_usage=usage)
            counts.append(len(await heard(app, item(1, "hello").prompt)))
            await app.aclose()
        return counts

    assert asyncio.run(main()) == [TOKENS, TOKENS]


@every_client
def test_calls_at_once_are_at_the_server_at_once(name, slow_mock):
    """The pool holds nobody back: the server's own peak is the concurrency, beyond any library's default of 20."""

    async def main() -> None:
        app = made(name, slow_mock)
        await asyncio.gather(*(app.ainvoke(item(index, "hello").prompt) for index in range(40)))
        await app.aclose()

    asyncio.run(main())
    assert take(slow_mock.base_url).peak == 40


@pytest.mark.parametrize("method", ["invoke", "stream"])
@every_client
def test_the_blocking_half_is_seen_alike(name, method, mock):
    """Where a client has a blocking half, its calls too are one first attempt each."""
    app = made(name, mock)
    if not hasattr(app, method):
        pytest.skip("asynchronous only")
    for index in range(3):
        answer = getattr(app, method)(item(index, "hello").prompt)
        assert carries(answer) if method == "invoke" else sum(map(carries, answer)) == TOKENS
    app.close()
    journal = take(mock.base_url)
    assert [(tag, served.stream) for tag, served in journal.entries] == [
        (f"{index:06d}", method == "stream") for index in range(3)
    ]
    assert not any(served.attempt for _, served in journal.entries)
