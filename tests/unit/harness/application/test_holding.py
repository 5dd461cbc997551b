"""Applications made on the loop, and left when their slot ends."""

import asyncio
import sys
from contextlib import asynccontextmanager, contextmanager

import pytest

from overlap.harness.application.blame import ApplicationError
from overlap.harness.application.holding import Holder
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.record import Cell
from overlap.harness.worker.order import Order
from overlap.harness.worker.slot import execute

ENDPOINT = Endpoint("http://127.0.0.1:9/v1")
EVENTS = []


class Bot:
    """An application."""

    async def ainvoke(self, question):
        """Return the question."""
        return question


async def factory():
    """Make one."""
    return Bot()


async def at(endpoint):
    """Make one of an endpoint."""
    EVENTS.append(endpoint.base_url)
    return Bot()


@asynccontextmanager
async def decorated():
    """Make one, and close it."""
    EVENTS.append("entered")
    yield Bot()
    EVENTS.append("left")


@contextmanager
def plain():
    """Make one, and close it, without waiting."""
    EVENTS.append("entered")
    yield Bot()
    EVENTS.append("left")


async def bare():
    """Yield one: a lifespan without its decorator."""
    EVENTS.append("entered")
    yield Bot()
    EVENTS.append("left")


class Manager:
    """A context manager, which a class without arguments is built to."""

    async def __aenter__(self):
        EVENTS.append("entered")
        return Bot()

    async def __aexit__(self, *_):
        EVENTS.append("left")


def held(thing):
    """Make the application of *thing*, use it in another task, and leave it."""
    EVENTS.clear()

    async def run():
        holder = Holder()
        app = await holder.application(thing, ENDPOINT, "app.py:thing")
        answer = await asyncio.create_task(app.ainvoke("why?"))
        between = list(EVENTS)
        await holder.leave()
        return answer, between

    return asyncio.run(run())


@pytest.mark.parametrize("thing", [factory, Bot(), Bot])
def test_an_async_function_makes_an_application(thing):
    """So does all that makes one without."""
    assert held(thing) == ("why?", [])


def test_an_async_function_of_an_endpoint_gets_it():
    """As one that is not async."""
    assert held(at) == ("why?", [ENDPOINT.base_url])


@pytest.mark.parametrize("thing", [decorated, plain, bare, Manager])
def test_what_a_context_manager_yields_is_the_application_until_the_end(thing):
    """It is entered before the first call and left after the last."""
    assert held(thing) == ("why?", ["entered"])
    assert EVENTS == ["entered", "left"]


def test_a_task_that_enters_is_the_one_that_leaves():
    """As cancel scopes demand, whichever task the end comes from."""
    tasks = []

    @asynccontextmanager
    async def scope():
        tasks.append(asyncio.current_task())
        yield Bot()
        tasks.append(asyncio.current_task())

    held(scope)
    assert tasks[0] is tasks[1]


@asynccontextmanager
async def broken():
    """Fail before there is an application."""
    raise LookupError("no database")
    yield


async def nothing():
    """Return no application."""
    return 7


@pytest.mark.parametrize(("thing", "message"), [(broken, "LookupError: no database"), (nothing, "is of type int")])
def test_what_makes_no_application_is_a_line(thing, message):
    """With the line of the user's code that failed."""
    with pytest.raises(ApplicationError, match=message):
        held(thing)


APP = """
from contextlib import asynccontextmanager
from contextvars import ContextVar
from openai import AsyncOpenAI
imported, entered = ContextVar("imported"), ContextVar("entered")
imported.set("at import")
LEFT = []

@asynccontextmanager
async def lifespan():
    entered.set("in the lifespan")
    async with AsyncOpenAI() as client:
        async def ask(question):
            assert (imported.get(), entered.get()) == ("at import", "in the lifespan")
            message = {"role": "user", "content": question}
            answer = await client.chat.completions.create(model="m", messages=[message])
            return answer.choices[0].message.content
        yield ask
    LEFT.append(True)
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tasks take a context from 3.11 on")
@pytest.mark.parametrize("strategy", ["ainvoke", "gather"])
def test_context_variables_of_import_and_lifespan_are_there_in_the_measured_calls(tmp_path, strategy):
    """Request ids, tracers and databases are found by them."""
    (tmp_path / "deployed.py").write_text(APP)
    cell = Cell("deployed.py:lifespan", "own", strategy, "asyncio", 2)
    with start(mock_command("steady,ttft=0.001", 2, 7)) as server:
        word = f"{tmp_path / 'deployed.py'}:lifespan"
        order = Order(cell, 0, 4, 2, server.base_url, 7, 2, 10.0, 0, subject=word)
        result = execute(order)
    assert [call.error for call in result.calls] == [None] * 6
    assert sys.modules["deployed"].LEFT == [True]
