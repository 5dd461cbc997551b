"""What every client owes: each method answers, failures are raised, nothing is shared, nothing is left behind."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from overlap.harness import registry
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.worker.loops import LOOPS, factory

pytestmark = pytest.mark.langchain

FOLDER = "overlap.harness.clients"
every_client = pytest.mark.parametrize("name", registry.names(FOLDER))
both_loops = pytest.mark.parametrize("loop", LOOPS)


def made(name: str, server: Any, **settings: Any) -> Any:
    """Make the client called *name* for *server*."""
    told = {"timeout": 5.0, "api_key": "sesame", "model": "some-model", **settings}
    return registry.load(FOLDER, name).client(Endpoint(server.url, **told))


def text(output: Any) -> str:
    """Return the text of an answer or of a piece of a stream: a string, or what has one as its content."""
    return output if isinstance(output, str) else output.content


async def _abatch_as_completed(app: Any, prompt: str) -> str:
    return "".join([text(output) async for _, output in app.abatch_as_completed([prompt])])


async def _astream(app: Any, prompt: str) -> str:
    async with aclosing(app.astream(prompt)) as pieces:
        return "".join([text(piece) async for piece in pieces])


async def _ainvoke(app: Any, prompt: str) -> str:
    return text(await app.ainvoke(prompt))


async def _abatch(app: Any, prompt: str) -> str:
    return text((await app.abatch([prompt]))[0])


BLOCKING: dict[str, Callable[[Any, str], str]] = {
    "invoke": lambda app, prompt: text(app.invoke(prompt)),
    "batch": lambda app, prompt: text(app.batch([prompt])[0]),
    "batch_as_completed": lambda app, prompt: text(next(app.batch_as_completed([prompt]))[1]),
    "stream": lambda app, prompt: "".join(map(text, app.stream(prompt))),
}
ASYNCHRONOUS: dict[str, Callable[[Any, str], Awaitable[str]]] = {
    "ainvoke": _ainvoke,
    "abatch": _abatch,
    "abatch_as_completed": _abatch_as_completed,
    "astream": _astream,
}


def run(loop: str, main: Any) -> Any:
    """Run the coroutine *main* on a fresh event loop, and shut that down with all that hangs on it."""
    with asyncio.Runner(loop_factory=factory(loop)) as runner:
        return runner.run(main)


def client_threads() -> set[threading.Thread]:
    """Return the threads that are alive, without those of the server."""
    return {thread for thread in threading.enumerate() if "process_request" not in thread.name}


async def settled(before: set[asyncio.Task[Any]]) -> None:
    """Wait until only the tasks of *before* are left; generators half read are closed by tasks, turns later."""
    async with asyncio.timeout(2):
        while asyncio.all_tasks() != before:  # noqa: ASYNC110 - nothing else tells when a library's task ends
            await asyncio.sleep(0)


@every_client
def test_a_client_has_methods_and_what_closes_them(name, server):
    """A blocking half comes with close(), an asynchronous one with aclose(); at least one of them is there."""
    app = made(name, server)
    halves = {
        closing: any(hasattr(app, method) for method in methods)
        for closing, methods in (("close", BLOCKING), ("aclose", ASYNCHRONOUS))
    }
    assert any(halves.values())
    assert all(hasattr(app, closing) == there for closing, there in halves.items())
    run("asyncio", app.aclose())


@every_client
def test_each_blocking_method_answers_and_brings_the_prompt(name, server):
    """Model, key and prompt arrive at the server by each blocking method, and the whole text comes back."""
    app = made(name, server)
    there = [method for method in BLOCKING if hasattr(app, method)]
    for method in there:
        assert BLOCKING[method](app, f"[call {method}] hello") == server.text
    assert [(seen.tag, seen.key, seen.model) for seen in server.seen] == [
        (method, "Bearer sesame", "some-model") for method in there
    ]
    if there:
        app.close()
    assert server.all_closed()


@both_loops
@every_client
def test_each_asynchronous_method_answers_and_brings_the_prompt(name, loop, server):
    """Model, key and prompt arrive by each asynchronous method, on either loop, and the whole text comes back."""

    async def main() -> list[str]:
        app = made(name, server)
        there = [method for method in ASYNCHRONOUS if hasattr(app, method)]
        for method in there:
            assert await ASYNCHRONOUS[method](app, f"[call {method}] hello") == server.text
        await app.aclose()
        return there

    expected = [(method, "Bearer sesame", "some-model") for method in run(loop, main())]
    assert [(seen.tag, seen.key, seen.model) for seen in server.seen] == expected


@every_client
def test_only_streaming_methods_ask_for_a_stream(name, server):
    """What is called a stream is one on the wire, and nothing else is."""

    async def main() -> None:
        app = made(name, server)
        for method in filter(lambda method: hasattr(app, method), BLOCKING):
            BLOCKING[method](app, f"[call {method}] hello")
        for method in filter(lambda method: hasattr(app, method), ASYNCHRONOUS):
            await ASYNCHRONOUS[method](app, f"[call {method}] hello")
        await app.aclose()

    run("asyncio", main())
    assert {seen.tag: seen.stream for seen in server.seen} == {
        seen.tag: "stream" in seen.tag for seen in server.seen
    }


@every_client
def test_a_stream_yields_what_has_arrived_before_the_rest_is_sent(name, server):
    """The first piece is handed over while the server still holds the second back."""

    async def main() -> str:
        app = made(name, server)
        parts = []
        async with aclosing(app.astream("[call 1] hold")) as pieces:
            async for piece in pieces:
                parts.append(text(piece))
                if text(piece):
                    server.released.set()
        await app.aclose()
        return "".join(parts)

    assert run("asyncio", main()) == server.text
    if hasattr(app := made(name, server), "stream"):
        server.released.clear()
        parts = []
        for piece in app.stream("[call 2] hold"):
            parts.append(text(piece))
            if text(piece):
                server.released.set()
        app.close()
        assert "".join(parts) == server.text


@every_client
def test_a_refusal_is_raised_with_its_status_and_not_tried_again(name, server):
    """A 500 reaches the caller by every method as an error that knows the status, after one request."""
    app = made(name, server)

    async def main() -> None:
        for method in filter(lambda method: hasattr(app, method), ASYNCHRONOUS):
            with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
                await ASYNCHRONOUS[method](app, f"[call {method}] fail")
            assert failed.value.status_code == 500
        await app.aclose()

    for method in filter(lambda method: hasattr(app, method), BLOCKING):
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
            BLOCKING[method](app, f"[call {method}] fail")
        assert failed.value.status_code == 500
    run("asyncio", main())
    tags = [seen.tag for seen in server.seen]
    assert len(tags) == len(set(tags))
    assert {seen.attempt for seen in server.seen} <= {None, "0"}


LIBRARIES = {"openai", "langchain_openai", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp"}


def of_the_connection(error):
    """Return whether *error* is one of the network or of a client's library: a `TypeError` of ours is neither."""
    kind = type(error)
    return isinstance(error, OSError) or {"clients", *LIBRARIES} & set(kind.__module__.split("."))


@pytest.mark.parametrize("how", ["error", "tear"])
@every_client
def test_a_stream_that_breaks_off_is_an_error(name, how, server):
    """An error event, or a connection that ends in the middle, is raised after the text that came before."""

    async def main() -> None:
        app = made(name, server)
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
            await _astream(app, f"[call 1] {how}")
        assert of_the_connection(failed.value)
        await app.aclose()
        if hasattr(app := made(name, server), "stream"):
            with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
                BLOCKING["stream"](app, f"[call 2] {how}")
            assert of_the_connection(failed.value)
            app.close()

    run("asyncio", main())


@pytest.mark.parametrize(("method", "how"), [("invoke", "hang"), ("stream", "hang"), ("stream", "hold")])
@every_client
def test_silence_beyond_the_timeout_is_an_error(name, method, how, server):
    """A server that says nothing, or no more, is given up after the endpoint's timeout, and not asked again."""

    async def main() -> None:
        app = made(name, server, timeout=0.1)
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
            await ASYNCHRONOUS[f"a{method}"](app, f"[call 1] {how}")
        assert "Timeout" in type(failed.value).__name__
        await app.aclose()

    run("asyncio", main())
    if hasattr(app := made(name, server, timeout=0.1), method):
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the library raises
            BLOCKING[method](app, f"[call 2] {how}")
        assert "Timeout" in type(failed.value).__name__
        app.close()
    tags = [seen.tag for seen in server.seen]
    assert len(tags) == len(set(tags))


@both_loops
@every_client
def test_closing_leaves_no_connection_task_or_thread(name, loop, server, caplog):
    """After aclose() and the end of the loop, the process is as it was before."""
    threads = client_threads()

    async def main() -> None:
        before = asyncio.all_tasks()
        app = made(name, server)
        for method in filter(lambda method: hasattr(app, method), ASYNCHRONOUS):
            await asyncio.gather(*(ASYNCHRONOUS[method](app, f"[call {i}] hello") for i in range(2)))
        await app.aclose()
        await settled(before)

    run(loop, main())
    assert server.all_closed()
    assert client_threads() <= threads
    assert caplog.records == []


@both_loops
@every_client
def test_a_stream_that_nobody_reads_on_ends_with_its_client(name, loop, server):
    """A stream left after its first piece keeps no connection and no task once the client is closed."""

    async def main() -> None:
        before = asyncio.all_tasks()
        app = made(name, server)
        async with aclosing(app.astream("[call 1] hold")) as pieces:
            async for _ in pieces:
                break
        await app.aclose()
        await settled(before)

    run(loop, main())
    server.released.set()
    assert server.all_closed()


@every_client
def test_two_clients_share_nothing(name, server):
    """Each opens connections of its own, and one goes on, on the same connection, when the other is closed."""

    async def main() -> None:
        one, other = made(name, server), made(name, server)
        await one.ainvoke("[call 1] hello")
        await other.ainvoke("[call 2] hello")
        assert server.opened == 2
        await one.aclose()
        await other.ainvoke("[call 3] hello")
        assert server.opened == 2
        await other.aclose()

    run("asyncio", main())
    if hasattr(one := made(name, server), "invoke"):
        other = made(name, server)
        one.invoke("[call 4] hello")
        other.invoke("[call 5] hello")
        one.close()
        other.invoke("[call 6] hello")
        assert server.opened == 4
        other.close()


@every_client
def test_one_client_after_another_works_on_loop_after_loop(name, server):
    """A fresh client on a fresh loop works each time, whatever closed loops came before."""
    for loop in (*LOOPS, *LOOPS):

        async def main() -> str:
            app = made(name, server)
            answer = await _ainvoke(app, "[call 1] hello")
            await app.aclose()
            return answer

        assert run(loop, main()) == server.text


@every_client
def test_the_pool_is_as_large_as_told_and_all_of_it_is_kept(name, server):
    """No more connections than max_connections, and a second wave of calls opens none anew."""

    async def main(size: int, calls: int) -> None:
        app = made(name, server, max_connections=size)
        for wave in range(2):
            await asyncio.gather(*(_ainvoke(app, f"[call {wave}_{i}] hello") for i in range(calls)))
        await app.aclose()

    run("asyncio", main(2, 3))
    assert server.opened == 2
    # More than the 20 idle connections that HTTP libraries keep by default.
    run("asyncio", main(100, 22))
    assert 2 < server.opened <= 24


@every_client
def test_proxies_of_the_environment_are_passed_over(name, server, monkeypatch):
    """A proxy meant for the outside world must not stand between a client and the server it measures."""
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")

    async def main() -> str:
        app = made(name, server)
        if hasattr(app, "invoke"):
            assert text(app.invoke("[call 1] hello")) == server.text
        answer = await _ainvoke(app, "[call 2] hello")
        await app.aclose()
        return answer

    assert run("asyncio", main()) == server.text


@every_client
def test_a_client_made_outside_a_loop_and_never_used_is_closed_without_a_trace(name, server):
    """A plan may look at a client's methods before there is a loop."""
    app = made(name, server)
    if hasattr(app, "close"):
        app.close()
    run("asyncio", app.aclose())
    assert server.opened == 0
