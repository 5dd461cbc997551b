"""Anything that can be called becomes an application with the methods that suit it."""

import asyncio

import pytest

from overlap.harness.application.adapting import built, methods
from overlap.harness.application.blame import ApplicationError
from overlap.harness.model.endpoint import Endpoint

ENDPOINT = Endpoint("http://127.0.0.1:9/v1")


async def awaited(question):
    """Return after a turn of the loop."""
    await asyncio.sleep(0)
    return question


def plain(question):
    """Return at once."""
    return question


async def pieces(question):
    """Return letter by letter."""
    for letter in question:
        yield letter


def blocking_pieces(question):
    """Return letter by letter, on the caller's thread."""
    yield from question


class Awaitable:
    """An object that is called like a coroutine function."""

    async def __call__(self, question):
        """Answer."""
        return question


class Bot:
    """A class that needs nothing, with a method of its instances."""

    def invoke(self, question):
        """Answer."""
        return question


def maker():
    """Make an application of nothing."""
    return Bot()


def of_endpoint(endpoint):
    """Make an application that shows where it was pointed."""

    def answer(question):
        return f"{question} at {endpoint.base_url}"

    return answer


@pytest.mark.parametrize(
    ("thing", "method"),
    [
        (awaited, "ainvoke"),
        (plain, "invoke"),
        (pieces, "astream"),
        (blocking_pieces, "stream"),
        (Awaitable(), "ainvoke"),
        (Bot(), "invoke"),
        (Bot, "invoke"),
        (maker, "invoke"),
        (of_endpoint, "invoke"),
    ],
)
def test_each_kind_of_thing_gets_the_method_that_suits_it(thing, method):
    """Which strategies apply follows from it."""
    assert methods(built(thing, ENDPOINT, "app.py:it")) == [method]


def test_a_function_that_takes_the_endpoint_is_given_it():
    """That is how an application with settings of its own is pointed at the mock."""
    assert built(of_endpoint, ENDPOINT, "app.py:it").invoke("x") == "x at http://127.0.0.1:9/v1"


def test_a_stream_that_a_function_answers_is_read_to_its_end_within_the_call():
    """Else the call would seem to end before its answer has come."""

    async def opened(question):
        await asyncio.sleep(0)
        return pieces(question)

    assert asyncio.run(built(opened, ENDPOINT, "app.py:it").ainvoke("ab")) == ["a", "b"]
    assert built(lambda question: blocking_pieces(question), ENDPOINT, "it").invoke("ab") == ["a", "b"]  # noqa: PLW0108  a lambda is no generator function


def test_a_batch_that_cannot_be_told_how_many_at_once_does_not_count():
    """The strategy could not keep its promise of a limit."""

    class Batching:
        def batch(self, questions):
            return questions

        async def abatch(self, questions, config=None, **rest):
            return questions, config, rest

    assert methods(Batching()) == ["abatch"]


def test_what_can_neither_be_called_nor_has_a_method_is_refused():
    """The line says what it is, and what would do."""
    with pytest.raises(ApplicationError, match=r"app.py:it is of type int: .* ainvoke"):
        built(3, ENDPOINT, "app.py:it")


def test_a_maker_that_fails_is_said_with_its_line():
    """The error is somebody's own, and so is the place."""

    def broken(endpoint):
        raise ValueError(endpoint.model)

    with pytest.raises(ApplicationError, match=r"test_adapting.py, line \d+: ValueError: mock-model"):
        built(broken, ENDPOINT, "app.py:it")
